import Checkpoints
import Digests
import JobModel
import Models
import Settings
import Storage

/// Steps whose calls are given to batches: the job is suspended until the answer is there.
extension JobSteps {
    /// Takes a step from its checkpoint, or from the batch that its call was given to, or gives it to one.
    ///
    /// - Parameter request: Makes the request as it stands in a batch.
    /// - Throws: `Suspension` until the answer is there; `JobFailure` when there will be none.
    func runBatched(
        _ step: StepRequest,
        _ desk: BatchDesk,
        request: () async throws -> JSONValue
    ) async throws -> StepOutcome {
        let step = try placed(step)
        if let outcome = try await replayed(step) { return outcome }
        if let (call, intent) = batched?.call(of: step),
            let outcome = try await outcome(of: call, intent, step)
        {
            return outcome
        }
        await noteReplay()
        let charge = try await step.charge?()
        let content = try await keep(request().encoded())
        failpoints.reach(.beforeIntent, with: step.position)
        let identity = identity(of: step, call: 1)
        try await gate.reserve(identity, charge) { try checkBoundary() }
        failpoints.reach(.batchBeforeAdd, with: step.position)
        try await patience {
            try await desk.store.add(
                identity,
                connection: desk.connection.reference.connection,
                model: desk.connection.reference.model,
                request: StoredBlob(digest: content.digest.hex, byteCount: content.byteCount)
            )
        }
        throw Suspension(waitsFor: .batch, detail: "a batch of \(desk.connection)")
    }

    /// Looks what an intent of an earlier attempt was: recorded, given to a batch, or neither.
    static func reconcile(
        _ open: StepStore.OpenStep,
        of job: ClaimedJob,
        with checkpoints: JobCheckpoints,
        steps: StepStore,
        _ batched: inout BatchedSteps?
    ) async throws {
        if let position = StepPosition(open.position), let fingerprint = Fingerprint(hex: open.fingerprint),
            open.state != .recorded, isAnswered(open, batched),
            let found = try await checkpoints.recorded(position, fingerprint)
        {
            let settlement = StepStore.Settlement.recorded(usage: found.record.usage, cost: found.record.cost)
            return try await steps.settle(open, of: job.id, by: job.epoch, as: settlement)
        }
        if batched?.call(of: open) != nil {
            batched?.keep(open)
        } else if open.state == .started {
            try await steps.settle(open, of: job.id, by: job.epoch, as: .failed("it was given to no batch"))
        }
    }

    /// Whether what is recorded of a step may be what an intent of its was answered.
    ///
    /// Where people said that it happened, their answer is recorded, which tells of no cost: what was reserved for it goes on counting.
    private static func isAnswered(_ open: StepStore.OpenStep, _ batched: BatchedSteps?) -> Bool {
        guard let call = batched?.call(of: open) else { return open.state != .unknown }
        return call.state != .unknown
    }

    /// What became of a call that was given to a batch.
    ///
    /// - Returns: Nil when it is to be given to another one.
    private func outcome(
        of call: BatchedCall,
        _ intent: StepStore.OpenStep?,
        _ step: StepRequest
    ) async throws -> StepOutcome? {
        switch call.state {
        case .waiting: throw Suspension(waitsFor: .batch, detail: "a batch of \(call.connection)/\(call.model)")
        case .sent:
            let name = call.providerID.map { "batch \($0)" } ?? "a batch"
            let detail = call.detail.map { ": \($0)" } ?? ""
            throw Suspension(waitsFor: .batch, detail: "\(name) of \(call.connection)/\(call.model)\(detail)")
        case .answered: return try await answered(call, intent, step)
        case .failed:
            let failure = call.error ?? JobFailure(code: "model", message: "the batch brought no answer")
            try await settle(intent, as: .failed(failure.message))
            try await forget(call)
            throw failure
        case .unknown: return try await unknown(call, intent, step)
        }
    }

    private func answered(
        _ call: BatchedCall,
        _ intent: StepStore.OpenStep?,
        _ step: StepRequest
    ) async throws -> StepOutcome {
        guard let blob = call.answer, let digest = SHA256Digest(hex: blob.digest) else {
            throw JobFailure(
                code: "store",
                message: "the answer of step \(step.position) is nowhere",
                isPermanent: true
            )
        }
        let bytes = try await kept(BlobReference(digest: digest, byteCount: blob.byteCount))
        let answer = try ModelAnswer(json: JSONValue(parsing: bytes))
        let charge = ModelCharge(
            connection: call.connection,
            model: call.model,
            price: call.price,
            most: call.reserved,
            isBatch: true
        )
        let result = charge.settled(StepResult(value: answer.json, usage: answer.usage?.json))
        if let cost = result.cost, cost > call.reserved { tellOverrun(step, cost, call.reserved) }
        tally.spent(on: step, cost: result.cost)
        failpoints.reach(.afterAnswer, with: step.position)
        try await Shield.run { [self] in
            try await record(step, result, startedAt: .now)
            failpoints.reach(.afterCheckpoint, with: step.position)
            try await settle(intent, as: .recorded(usage: result.usage, cost: result.cost))
            failpoints.reach(.afterSettlement, with: step.position)
            try await forget(call)
        }
        return StepOutcome(value: redacted(result.value), isReplayed: false)
    }

    /// A person says what became of a call of which nobody knows whether it was answered and paid for.
    private func unknown(
        _ call: BatchedCall,
        _ intent: StepStore.OpenStep?,
        _ step: StepRequest
    ) async throws -> StepOutcome? {
        let reason = call.error?.message ?? "nobody knows whether it was sent"
        try await settle(intent, as: .unknown(reason))
        guard let intent else { return nil }
        var asked = step
        asked.evidence = [
            "connection": .string(call.connection), "model": .string(call.model),
            "batch": call.providerID.map { .string($0) } ?? .null, "reason": .string(reason),
        ]
        let approval = try await desk.decision(
            on: asked.question(about: [intent], idempotencyKey: idempotencyKey(of: step))
        )
        switch approval.state {
        case .notHappened:
            try await forget(call)
            return nil
        case .happened:
            let text = approval.proposal.map { $0.stringValue ?? $0.text() } ?? ""
            let answer = ModelAnswer(
                message: .assistant(text),
                stopReason: .end,
                usage: nil,
                model: call.model,
                responseID: nil
            )
            try await record(step, StepResult(value: answer.json), startedAt: .now)
            try await forget(call)
            return StepOutcome(value: answer.json, isReplayed: true)
        case .open, .approved, .denied, .changes, .expired, .failed, .withdrawn:
            throw JobFailure(
                code: "outcome-unknown",
                message:
                    "\(step.name) (step \(step.position)) may have been answered in a batch and paid for: \(reason)",
                isPermanent: true
            )
        }
    }

    private func settle(_ intent: StepStore.OpenStep?, as settlement: StepStore.Settlement) async throws {
        guard let intent, intent.state != .recorded else { return }
        try await patience {
            try await store.settle(intent, of: job.id, by: job.epoch, as: settlement.redacted(backlog.redactor))
        }
    }

    private func forget(_ call: BatchedCall) async throws {
        try await patience { try await batched?.store.forget(call, of: job.id, epoch: job.epoch) }
    }
}
