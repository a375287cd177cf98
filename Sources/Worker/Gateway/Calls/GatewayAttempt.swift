import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Storage

/// One attempt of a job, as the gateway serves it: what was recorded before, what is under way, and its journal.
///
/// It opens when the first request comes. Before that, whoever still makes calls for an earlier attempt comes to an end
/// with them: then all that was paid for is in its journal, and nothing is added behind the mark of this one.
actor GatewayAttempt {
    /// How often calls of an earlier attempt are looked for that are still under way.
    private static let look = Duration.milliseconds(20)

    private enum Phase {
        case unopened
        case opening([CheckedContinuation<Void, Never>])
        case open(JobCheckpoints)
        case failed(GatewayRefusal)
    }

    /// What a program is sent.
    struct Delivery: Sendable {
        enum Source: Sendable {
            case kept(KeptAnswer)
            case buffer(AnswerBuffer)
        }

        let position: StepPosition
        let source: Source
        let match: String
    }

    nonisolated let job: GatewayJob
    nonisolated let connections: [String: GatewayConnection]
    nonisolated let stores: GatewayStores

    private var phase = Phase.unopened
    private(set) var isClosed = false
    private(set) var statistics = GatewayStatistics()
    private var saved = MicroDollars.zero
    private var matcher = CallMatcher()
    private var steps = StepMatcher()
    private var texts = RequestTexts()
    private var issuedIDs: Set<String> = []
    private var fingerprints: [StepPosition: Fingerprint] = [:]
    private var buffers: [StepPosition: AnswerBuffer] = [:]
    private var lastNumbers: [String: Int] = [:]

    init(_ job: GatewayJob, connections: [GatewayConnection], stores: GatewayStores) {
        self.job = job
        self.connections = Dictionary(connections.map { ($0.name, $0) }) { first, _ in first }
        self.stores = stores
    }

    // MARK: Opening and closing

    /// Reads what earlier attempts recorded, once.
    ///
    /// - Throws: `GatewayRefusal` when that is not possible, or the attempt is over.
    @discardableResult func open() async throws -> JobCheckpoints {
        switch phase {
        case .open(let checkpoints): return checkpoints
        case .failed(let refusal): throw refusal
        case .opening(let waiters):
            await withCheckedContinuation { phase = .opening(waiters + [$0]) }
            return try await open()
        case .unopened:
            phase = .opening([])
            let outcome: Phase
            do {
                outcome = .open(try await opened())
            } catch let refusal as GatewayRefusal {
                outcome = .failed(refusal)
            } catch {
                outcome = .failed(GatewayRefusal(.unavailable, "what was recorded cannot be read: \(error)"))
            }
            guard case .opening(let waiters) = phase else { preconditionFailure("opened while \(phase)") }
            phase = outcome
            for waiter in waiters { waiter.resume() }
            return try await open()
        }
    }

    /// The attempt is over: nothing more is begun for it.
    ///
    /// Calls under way come to their end.
    func close() async -> GatewayStatistics {
        guard !isClosed else { return statistics }
        isClosed = true
        if statistics.replayed > 0 {
            // Figures for people: nothing fails for them.
            try? await stores.steps.noteReplay(
                job: job.job,
                epoch: job.epoch,
                steps: statistics.replayed,
                modelCalls: statistics.replayed,
                saved: saved,
                damaged: 0
            )
        }
        return statistics
    }

    func noteRequest() { statistics.requests += 1 }

    private func opened() async throws -> JobCheckpoints {
        try await waitForEarlierCalls()
        let checkpoints = try await JobCheckpoints.open(
            in: stores.store,
            job: job.reference,
            epoch: job.epoch,
            forkedFrom: job.fork
        )
        for damage in checkpoints.checkpoints.damage.reports {
            await stores.say("a checkpoint of the gateway is damaged: \(damage)", of: job)
        }
        for entry in checkpoints.checkpoints.steps { try await inherit(entry, from: checkpoints) }
        try await reconcile(with: checkpoints)
        return checkpoints
    }

    /// Waits until no process makes calls for an earlier attempt any more.
    private func waitForEarlierCalls() async throws {
        while true {
            guard !isClosed else { throw Self.over }
            if !stores.localCalls.hasEarlier(than: job) {
                let isFree = try await stores.patiently { [stores, job] in
                    guard try await stores.locks.take(job.job) else { return false }
                    try await stores.locks.giveUp(job.job)
                    return true
                }
                if isFree { return }
            }
            try await ContinuousClock().sleep(for: Self.look)
        }
    }

    private func inherit(_ entry: StepEntry, from checkpoints: JobCheckpoints) async throws {
        noteNumber(of: entry.position)
        fingerprints[entry.position] = entry.fingerprint
        guard
            let carried = try await checkpoints.carried(by: entry.position).first(where: {
                $0.fingerprint == entry.fingerprint
            })
        else { return }
        guard let index = CallIndex(json: carried.value) else {
            steps.inheritedRecorded(entry.position, entry.fingerprint)
            return
        }
        issuedIDs.formUnion(index.ids)
        if let end = index.end { texts.add(entry.position, end) }
        let identity = CallIdentity(fingerprint: entry.fingerprint, lineage: index.lineage, head: index.head)
        matcher.inherited(.init(position: entry.position, identity: identity, isInherited: true))
    }

    /// Settles what earlier attempts left open, by their records, or as unknown.
    private func reconcile(with checkpoints: JobCheckpoints) async throws {
        guard job.epoch.rawValue > 1 else { return }
        let open = try await stores.patiently { [stores, job] in
            try await stores.steps.open(of: job.job, before: job.epoch)
        }
        for step in open where GatewayJob.owns(position: step.position) {
            guard let position = StepPosition(step.position), let fingerprint = Fingerprint(hex: step.fingerprint)
            else { continue }
            noteNumber(of: position)
            let record = try await checkpoints.record(position, fingerprint, by: step.epoch)
            if let record {
                guard step.state != .recorded else { continue }
                try await settle(step, as: .recorded(usage: record.usage, cost: record.cost))
                continue
            }
            if step.state == .started {
                await stores.say(
                    "the outcome of \(step.kind) step \(position) (\(step.name)) is unknown: "
                        + "it was under way when everything ended",
                    of: job
                )
                try await settle(step, as: .unknown("everything ended before the result was recorded"))
            }
            if step.kind == StepKind.model.rawValue {
                if fingerprints[position] == nil { matcher.inheritedUnknown(position, fingerprint) }
            } else {
                steps.inheritedUnknown(position, fingerprint)
            }
            fingerprints[position] = fingerprint
        }
    }

    private func settle(_ step: StepStore.OpenStep, as settlement: StepStore.Settlement) async throws {
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(step, of: job.job, by: job.epoch, as: settlement)
        }
    }

    static let over = GatewayRefusal(.unauthenticated, "the attempt that this token was good for has ended")

    // MARK: Positions

    private func newPosition(_ label: String) -> StepPosition {
        let name = GatewayJob.positionPrefix + label
        lastNumbers[name, default: 0] += 1
        do {
            return try .step(named: name, occurrence: lastNumbers[name, default: 1])
        } catch {
            preconditionFailure("labels are checked before: \(error)")
        }
    }

    private func noteNumber(of position: StepPosition) {
        let parts = position.description.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1]) else { return }
        lastNumbers[String(parts[0])] = max(lastNumbers[String(parts[0]), default: 0], number)
    }

    // MARK: Calls

    /// Finds the answer of a call, or has the call made.
    func deliver(_ request: CallRequest) async throws -> Delivery {
        let checkpoints = try await open()
        while true {
            guard !isClosed else { throw Self.over }
            let identity = CallIdentity(
                request.format,
                connection: request.connection.name,
                model: request.pathModel,
                body: request.json,
                isIssued: { issuedIDs.contains($0) }
            )
            let decision = matcher.arrived(
                identity,
                isRetry: request.isRetry,
                newPosition: { newPosition(request.connection.name) }
            )
            switch decision {
            case .serve(let position, let isDrifted):
                if let delivery = try await serve(position, isDrifted: isDrifted, request, checkpoints) {
                    return delivery
                }
                matcher.lost(position)
            case .join(let position):
                guard let buffer = buffers[position] else { preconditionFailure("no buffer at \(position)") }
                return Delivery(position: position, source: .buffer(buffer), match: "joined")
            case .call(let position, let isDiverged):
                return begin(position, identity, isDiverged: isDiverged, request, checkpoints)
            }
        }
    }

    private func serve(
        _ position: StepPosition,
        isDrifted: Bool,
        _ request: CallRequest,
        _ checkpoints: JobCheckpoints
    ) async throws -> Delivery? {
        guard let fingerprint = fingerprints[position],
            let checkpoint = try await checkpoints.recorded(position, fingerprint),
            let answer = KeptAnswer(json: checkpoint.result)
        else {
            await stores.say("the record of call \(position) is lost; it is made again", of: job)
            return nil
        }
        statistics.replayed += 1
        saved = saved + (checkpoint.record.cost ?? .zero)
        if isDrifted {
            statistics.drifted += 1
            await sayDrifted(position, request, checkpoint.record.request)
        }
        return Delivery(position: position, source: .kept(answer), match: isDrifted ? "drifted" : "exact")
    }

    private func sayDrifted(_ position: StepPosition, _ request: CallRequest, _ kept: StoredValue?) async {
        var place = "what tools returned differs"
        if case .inline(let kept) = kept, let key = request.format.listKey, let added = kept["added"]?.arrayValue,
            let items = request.json[key]?.arrayValue,
            let difference = Difference.first(.array(added), .array(Array(items.suffix(added.count))))
        {
            place = "\(key) differ at their end: \(difference)"
        }
        await stores.say("call \(position) (\(request.model)) was served from its record, drifted: \(place)", of: job)
    }

    private func begin(
        _ position: StepPosition,
        _ identity: CallIdentity,
        isDiverged: Bool,
        _ request: CallRequest,
        _ checkpoints: JobCheckpoints
    ) -> Delivery {
        let buffer = AnswerBuffer()
        buffers[position] = buffer
        fingerprints[position] = identity.fingerprint
        statistics.calls += 1
        if isDiverged { statistics.diverged += 1 }
        stores.localCalls.began(job)
        let call = LiveCall(
            attempt: self,
            stores: stores,
            position: position,
            identity: identity,
            request: request,
            buffer: buffer,
            checkpoints: checkpoints,
            isDiverged: isDiverged
        )
        stores.performer.begin { await call.run() }
        return Delivery(position: position, source: .buffer(buffer), match: isDiverged ? "diverged" : "live")
    }

    /// The request of a call as it is kept.
    func text(of request: CallRequest) -> (text: JSONValue, end: RequestTexts.End) {
        texts.delta(of: request.json, request.format)
    }

    func recorded(_ position: StepPosition, ids: [String], end: RequestTexts.End) {
        issuedIDs.formUnion(ids)
        texts.add(position, end)
        matcher.recorded(position)
        buffers[position] = nil
    }

    func failed(_ position: StepPosition) {
        matcher.failed(position)
        buffers[position] = nil
    }

    func clientLeft(_ position: StepPosition) { matcher.clientLeft(position) }

    // MARK: Named steps

    enum StepAnswer: Sendable {
        case done(JSONValue, StepPosition)
        case run(StepPosition, idempotencyKey: String)
        case unknown(StepPosition)
    }

    /// The program asks for a step.
    func ask(_ step: NamedStep) async throws -> StepAnswer {
        let checkpoints = try await open()
        guard !isClosed else { throw Self.over }
        let fingerprint = step.fingerprint
        let decision = steps.asked(
            fingerprint,
            mustNotRepeat: step.effect == .once,
            newPosition: { newPosition("step/" + step.name) }
        )
        switch decision {
        case .serve(let position):
            guard let checkpoint = try await checkpoints.recorded(position, fingerprint) else {
                throw GatewayRefusal(.unavailable, "the record of step \(position) cannot be read")
            }
            statistics.replayed += 1
            return .done(checkpoint.result, position)
        case .unknown(let position): return .unknown(position)
        case .run(let position):
            fingerprints[position] = fingerprint
            if step.effect != .none {
                let identity = job.identity(position, fingerprint, kind: .step, name: step.name, effect: step.effect)
                do {
                    try await stores.patiently { [stores] in try await stores.steps.intend(identity) }
                } catch {
                    steps.failed(position, fingerprint)
                    throw error
                }
            }
            return .run(position, idempotencyKey: job.idempotencyKey(position, fingerprint))
        }
    }

    /// The program says what became of a step it was told to do.
    ///
    /// - Parameter failure: Why it was not done; nil when it was.
    func settle(_ step: NamedStep, at position: StepPosition, result: JSONValue, failure: String?) async throws {
        let checkpoints = try await open()
        guard fingerprints[position] == step.fingerprint else {
            throw GatewayRefusal(.invalid, "no step \(position) of this name and input was asked for")
        }
        if let failure {
            steps.failed(position, step.fingerprint)
            try await settle(position, as: .failed(failure), of: step)
            return
        }
        try await checkpoints.record(
            FinishedStep(
                position: position,
                fingerprint: step.fingerprint,
                kind: .step,
                startedAt: .now,
                endedAt: .now,
                effect: step.effect,
                request: .string(step.name),
                result: result,
                carries: ["step": .string(step.name)]
            )
        )
        try await settle(position, as: .recorded(usage: nil, cost: nil), of: step)
    }

    private func settle(
        _ position: StepPosition,
        as settlement: StepStore.Settlement,
        of step: NamedStep
    ) async throws {
        guard step.effect != .none else {
            guard case .recorded = settlement else { return }
            let identity = job.identity(position, step.fingerprint, kind: .step, name: step.name, effect: .none)
            try await stores.patiently { [stores] in
                try await stores.steps.add([.init(identity: identity, startedAgo: .zero, took: .zero)])
            }
            return
        }
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(
                job: job.job,
                epoch: job.epoch,
                position: position.description,
                as: settlement
            )
        }
    }
}
