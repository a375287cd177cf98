import Checkpoints
import Digests
import JobModel
import Models
import Settings
import Storage
import Tools

/// Sees to the batches of one connection: makes them of the calls that wait, sends them, looks how far they are, and keeps
/// the answers.
///
/// The request that is paid for has an intent, `willTry`, and is never sent again before the provider's list has said that
/// there is no such batch, for as long as it may take to show up there.
struct BatchWork: Sendable {
    /// The most calls and bytes of a batch.
    static let mostCalls = 1_000
    static let mostBytes = 16 << 20
    /// The longest pause between two looks at a batch.
    static let longestPoll = Duration.seconds(300)
    /// A batch is looked at again after this part of the time that it has taken.
    static let pollFraction = 8

    let connection: String
    let access: ModelAccess
    let store: BatchStore
    let objects: DirectoryStore
    let session: SessionID
    let lease: SessionLease
    let notifier: ReadyNotifier
    let failpoints: WorkerFailpoints
    let redactor: Redactor

    private var settings: BatchSettings { access.batches }

    /// Does what is due.
    func pass() async throws {
        while lease.isHeld,
            try await store.make(of: connection, after: settings.gather, calls: Self.mostCalls, bytes: Self.mostBytes)
        {}
        while lease.isHeld, let batch = try await store.take(of: connection, by: session) {
            do {
                try await see(to: batch)
            } catch let error where error is ModelError || error is CheckpointError || error is JobFailure {
                // What holds up one batch holds up no other.
                try await store.putDown(batch, finding(after: error))
            }
        }
        for call in try await store.leftCalls(of: connection, limit: Self.mostCalls) { try await settle(call) }
    }

    /// What is noted after an error that left nothing undone.
    private func finding(after error: any Error) -> TakenBatch.Finding {
        let asked = (error as? ModelError)?.retryAfter
        return TakenBatch.Finding(
            wait: max(settings.poll, min(asked ?? .zero, Self.longestPoll)),
            detail: redactor.redacted("\(error)")
        )
    }

    private func see(to batch: TakenBatch) async throws {
        let endpoint = ModelEndpoint(access, name: connection, model: batch.model)
        guard let provider = endpoint.kind.batches else { return }
        let calls = try await store.calls(in: batch)
        var decision = BatchDecision(batch)
        if decision == .search {
            let others = try await store.sent(of: connection)
            // The keys tell it: what the calls say is not read.
            let sought = request(batch, calls.map { .init(key: $0.key, body: []) })
            switch try await provider.find(sought, at: endpoint, others: others) {
            case .sent(let id): return try await note(batch, sent: id)
            case .undecided(let reason):
                return try await store.putDown(batch, .init(wait: poll(batch), detail: "perhaps sent: \(reason)"))
            case .unknowable(let reason):
                let failure = JobFailure(
                    code: "outcome-unknown",
                    message: "nobody knows whether it was sent: \(reason)"
                )
                return try await end(batch, calls.map { ($0, .unknown(failure)) }, detail: reason)
            case .absent: decision = BatchDecision(notFound: batch, doubt: settings.doubt)
            }
        }
        switch decision {
        case .wait(let rest):
            try await store.putDown(
                batch,
                .init(wait: min(rest, settings.poll), detail: "perhaps sent: its provider's list is asked again")
            )
        case .discard: try await end(batch, calls.map { ($0, .failed(Self.discarded)) }, detail: "never sent")
        case .send: try await send(batch, calls, provider, endpoint)
        case .cancel: try await cancel(batch, calls, provider, endpoint)
        case .poll: try await look(at: batch, calls, provider, endpoint)
        case .search: preconditionFailure("a search has been made")
        }
    }

    private static let discarded = JobFailure(
        code: "batch-cancelled",
        message: "it was never sent: no job waits for it",
        isPermanent: true
    )

    // MARK: Sending

    private func request(_ batch: TakenBatch, _ calls: [BatchRequest.Call]) -> BatchRequest {
        BatchRequest(
            key: batch.key,
            calls: calls,
            madeAt: batch.madeAt,
            // Over before anybody may conclude that it will not show up.
            timeout: settings.doubt * 3 / 4
        )
    }

    private func send(
        _ batch: TakenBatch,
        _ calls: [TakenBatch.Call],
        _ provider: any BatchProvider,
        _ endpoint: ModelEndpoint
    ) async throws {
        guard let request = try await readRequest(batch, calls) else { return }
        do {
            let id = try await provider.send(request, to: endpoint) {
                guard try await store.willTry(batch), lease.isHeld else { throw LostBatch() }
                failpoints.reach(.batchBeforeSend)
                guard lease.isHeld else { throw LostBatch() }
            }
            failpoints.reach(.batchAfterSend)
            try await note(batch, sent: id)
        } catch is LostBatch {
            // Whoever has it in hand by now looks before it sends.
        } catch let error as ModelError where error.certainlySentNoBatch {
            guard error.isRetryable else {
                let failure = JobFailure(code: "model", message: redactor.redacted("\(error)"), isPermanent: true)
                return try await end(batch, calls.map { ($0, .failed(failure)) }, detail: failure.message)
            }
            var finding = finding(after: error)
            finding.wasRefused = true
            try await store.putDown(batch, finding)
        }
    }

    private struct LostBatch: Error {}

    /// Reads what the calls say; those that the store lost come to nothing, and hold up no other.
    ///
    /// - Returns: Nil when there is nothing to send, and the batch has ended.
    private func readRequest(_ batch: TakenBatch, _ calls: [TakenBatch.Call]) async throws -> BatchRequest? {
        var sound: [BatchRequest.Call] = []
        var lost: [TakenBatch.Call] = []
        var reason = ""
        for call in calls {
            do {
                sound.append(.init(key: call.key, body: try await read(call.request)))
            } catch let error as CheckpointError where error.isOfOneBlob {
                lost.append(call)
                reason = "the request cannot be read, and was not sent: \(error)"
            }
        }
        guard !lost.isEmpty else { return request(batch, sound) }
        // The next attempt keeps it anew.
        let failure = JobFailure(code: "store", message: reason)
        guard !sound.isEmpty else {
            try await end(batch, lost.map { ($0, .failed(failure)) }, detail: reason)
            return nil
        }
        notifier.notify(Set(try await store.fail(lost, of: batch, as: failure)))
        return request(batch, sound)
    }

    private func note(_ batch: TakenBatch, sent id: String) async throws {
        var finding = TakenBatch.Finding(wait: settings.poll, detail: "sent")
        finding.providerID = id
        try await store.putDown(batch, finding)
        failpoints.reach(.batchAfterNote)
    }

    private func cancel(
        _ batch: TakenBatch,
        _ calls: [TakenBatch.Call],
        _ provider: any BatchProvider,
        _ endpoint: ModelEndpoint
    ) async throws {
        do {
            try await provider.cancel(batch.providerID ?? "", at: endpoint)
        } catch let error as ModelError where error.refusesToCancel {
            // It has ended, most likely: what was done by then is paid for.
            return try await look(at: batch, calls, provider, endpoint)
        }
        var finding = TakenBatch.Finding(wait: settings.poll, detail: "cancelled at its provider")
        finding.isCancelled = true
        try await store.putDown(batch, finding)
    }

    // MARK: Answers

    private func poll(_ batch: TakenBatch) -> Duration {
        max(settings.poll, min((batch.sinceSent ?? .zero) / Self.pollFraction, Self.longestPoll))
    }

    private func look(
        at batch: TakenBatch,
        _ calls: [TakenBatch.Call],
        _ provider: any BatchProvider,
        _ endpoint: ModelEndpoint
    ) async throws {
        let id = batch.providerID ?? ""
        switch try await provider.status(of: id, at: endpoint) {
        case .running(let account):
            try await store.putDown(batch, .init(wait: poll(batch), detail: redactor.redacted(account)))
        case .gone:
            let failure = JobFailure(
                code: "outcome-unknown",
                message: "the provider does not know batch \(id) any more"
            )
            try await end(batch, calls.map { ($0, .unknown(failure)) }, detail: failure.message)
        case .ended(let ended):
            let kept = AnswerShelf()
            try await provider.results(of: ended, at: endpoint, model: batch.model) { result in
                guard kept.wants(result.key, among: calls) else { return }
                kept.put(try await keep(result.outcome), for: result.key)
            }
            let missing = try await keep(ended.missing)
            failpoints.reach(.batchAfterResults)
            try await end(batch, calls.map { ($0, kept.outcome(of: $0.key) ?? missing) }, detail: "ended")
        }
    }

    private func keep(_ outcome: BatchResult.Outcome) async throws -> TakenBatch.Outcome {
        switch outcome {
        case .answered(var answer):
            answer.connection = connection
            let blob = try await objects.putBlob(redactor.redacted(answer.json).encoded())
            return .answered(StoredBlob(digest: blob.digest.hex, byteCount: blob.byteCount))
        case .failed(let failure):
            return .failed(
                JobFailure(
                    code: failure.code,
                    message: redactor.redacted(failure.message),
                    isPermanent: failure.isPermanent
                )
            )
        case .unreadable(let reason):
            return .unknown(JobFailure(code: "outcome-unknown", message: redactor.redacted(reason)))
        }
    }

    private func end(
        _ batch: TakenBatch,
        _ outcomes: [(call: TakenBatch.Call, outcome: TakenBatch.Outcome)],
        detail: String
    ) async throws {
        let queues = try await store.end(batch, with: outcomes, detail: redactor.redacted(detail))
        notifier.notify(Set(queues))
        failpoints.reach(.batchAfterEnd)
    }

    /// Settles a call whose job has ended without it.
    private func settle(_ call: BatchStore.LeftCall) async throws {
        switch call.state {
        case .waiting, .failed, .sent: try await store.settle(call, as: .failed("its job ended before it was sent"))
        case .unknown: try await store.settle(call, as: .unknown("its job ended before its outcome was known"))
        case .answered:
            guard let blob = call.answer else { return }
            let content: [UInt8]
            do {
                content = try await read(blob)
            } catch let error as CheckpointError where error.isOfOneBlob {
                return try await store.settle(call, as: .unknown("its answer cannot be read: \(error)"))
            }
            let usage = try ModelAnswer(json: JSONValue(parsing: content)).usage
            let charge = ModelCharge(
                connection: connection,
                model: "",
                price: call.price,
                most: call.reserved,
                isBatch: true
            )
            let result = charge.settled(StepResult(value: .null, usage: usage?.json))
            try await store.settle(call, as: .recorded(usage: result.usage, cost: result.cost))
        }
    }

    private func read(_ blob: StoredBlob) async throws -> [UInt8] {
        guard let digest = SHA256Digest(hex: blob.digest) else {
            throw JobFailure(code: "store", message: "\(blob) names nothing in the store")
        }
        return try await objects.blob(BlobReference(digest: digest, byteCount: blob.byteCount))
    }
}
