import Checkpoints
import Digests
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
    static let look = Duration.milliseconds(20)

    private enum Phase {
        case unopened
        case opening([CheckedContinuation<Void, Never>])
        case open(JobCheckpoints)
        case failed(GatewayRefusal)
    }

    /// What a program is sent.
    struct Delivery: Sendable {
        enum Source: Sendable {
            /// With what it holds of the gateway's memory.
            case kept(KeptAnswer, BodyRoom.Share)
            case buffer(AnswerBuffer)
        }

        let position: StepPosition
        let source: Source
        let match: String
    }

    nonisolated let job: GatewayJob
    nonisolated let connections: [String: GatewayConnection]
    nonisolated let stores: GatewayStores
    /// What its requests, and the answers that it is sent out of records, have of the gateway's memory.
    nonisolated let room: BodyRoom
    nonisolated let answers: BodyRoom

    private var phase = Phase.unopened
    private(set) var isClosed = false
    var statistics = GatewayStatistics()
    var saved = MicroDollars.zero
    var matcher = CallMatcher()
    var steps = StepMatcher()
    var texts = RequestTexts()
    var issuedIDs: Set<String> = []
    var openings = Openings()
    /// What answers take that were served: then it is known before they are read.
    private var sizes: [StepPosition: Int] = [:]
    var fingerprints: [StepPosition: Fingerprint] = [:]
    private var buffers: [StepPosition: AnswerBuffer] = [:]
    /// How many calls were begun at each position; one that failed is followed by another.
    private var callNumbers: [StepPosition: Int] = [:]
    var lastNumbers: [String: Int] = [:]
    /// Why an answer could not be recorded: none that follows it could be, and none is paid for.
    private var fault: String?
    /// Where people decide: the calls and steps with the same key, in their order.
    var keys: [SHA256Digest: [StepPosition]] = [:]

    init(_ job: GatewayJob, connections: [GatewayConnection], stores: GatewayStores) {
        self.job = job
        self.connections = Dictionary(connections.map { ($0.name, $0) }) { first, _ in first }
        self.stores = stores
        room = BodyRoom(limit: BodyRoom.partOfOne, within: stores.room)
        answers = BodyRoom(limit: BodyRoom.partOfOne, within: stores.answers)
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
        // Where it fails, the connection is lost, and the lock with it.
        try? await stores.locks.release(job.job)
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

    static let over = GatewayRefusal(.unauthenticated, "the attempt that this token was good for has ended")

    // MARK: Positions

    func newPosition(_ label: String) -> StepPosition {
        let name = GatewayJob.positionPrefix + label
        lastNumbers[name, default: 0] += 1
        do {
            return try .step(named: name, occurrence: lastNumbers[name, default: 1])
        } catch {
            preconditionFailure("labels are checked before: \(error)")
        }
    }

    func noteNumber(of position: StepPosition) {
        let parts = position.description.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1]) else { return }
        lastNumbers[String(parts[0])] = max(lastNumbers[String(parts[0]), default: 0], number)
    }

    // MARK: Calls

    /// How often, and how far apart, it is looked whether an equal call's client has gone.
    private static let looks = 10
    private static let pause = Duration.milliseconds(10)

    /// Finds the answer of a call, or has the call made.
    func deliver(_ request: CallRequest) async throws -> Delivery {
        let checkpoints = try await open()
        try checkLoops(request)
        var looks = request.retry > 0 ? Self.looks : 0
        while true {
            guard !isClosed else { throw Self.over }
            let identity = CallIdentity(
                request.format,
                connection: request.connection.name,
                model: request.pathModel,
                body: request.json,
                isSpoken: { openings.begin($0) },
                isIssued: { issuedIDs.contains($0) }
            )
            if looks < Self.looks, matcher.isBesideAnEqual(identity) {
                // A client that hangs up and asks again comes by another connection, whose request may be read before the
                // end of the first one is.
                looks += 1
                try await Task.sleep(for: Self.pause)
                continue
            }
            let decision = matcher.arrived(
                identity,
                retry: request.retry,
                newPosition: { newPosition(request.connection.name) }
            )
            switch decision {
            case .serve(let position, let isDrifted):
                do {
                    if let delivery = try await serve(position, isDrifted: isDrifted, request, checkpoints) {
                        return delivery
                    }
                } catch {
                    // Nobody has got it: whoever asks again is served, and pays nothing.
                    matcher.clientLeft(position)
                    throw error
                }
                matcher.lost(position)
            case .join(let position):
                guard let buffer = buffers[position] else { preconditionFailure("no buffer at \(position)") }
                return Delivery(position: position, source: .buffer(buffer), match: "joined")
            case .call(let position, let isDiverged):
                if let fault {
                    matcher.failed(position)
                    throw GatewayRefusal(
                        .stopped,
                        "no call is made in this attempt, since none can be recorded: \(fault)"
                    )
                }
                return begin(position, identity, isDiverged: isDiverged, request, checkpoints)
            }
        }
    }

    /// Refuses a request whose conversation goes round in a circle.
    private func checkLoops(_ request: CallRequest) throws(GatewayRefusal) {
        guard let fault = job.loops.fault(in: ModelTurns.calls(in: request.json, request.format)) else { return }
        stopped(by: JobFailure(code: fault.code, message: fault.message, isPermanent: true))
        throw GatewayRefusal(.stopped, fault.message)
    }

    private func serve(
        _ position: StepPosition,
        isDrifted: Bool,
        _ request: CallRequest,
        _ checkpoints: JobCheckpoints
    ) async throws -> Delivery? {
        let share = answers.share()
        try share.take(sizes[position] ?? 0)
        guard let fingerprint = fingerprints[position],
            let checkpoint = try await stores.reading.pass({ try await checkpoints.recorded(position, fingerprint) }),
            let answer = KeptAnswer(json: checkpoint.result)
        else {
            await stores.say("the record of call \(position) is lost; it is made again", of: job)
            return nil
        }
        if sizes[position] == nil { try share.take(answer.body.count) }
        sizes[position] = answer.body.count
        statistics.replayed += 1
        saved = saved + (checkpoint.record.cost ?? .zero)
        if isDrifted {
            statistics.drifted += 1
            await sayDrifted(position, request, checkpoint.record.request)
        }
        return Delivery(position: position, source: .kept(answer, share), match: isDrifted ? "drifted" : "exact")
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
        callNumbers[position, default: 0] += 1
        if isDiverged { statistics.diverged += 1 }
        stores.localCalls.began(job)
        let call = LiveCall(
            attempt: self,
            stores: stores,
            position: position,
            number: callNumbers[position, default: 1],
            identity: identity,
            request: request,
            buffer: buffer,
            checkpoints: checkpoints,
            isDiverged: isDiverged,
            largePlace: LargeAnswerPlace(stores.largeAnswers)
        )
        let isJudged = job.judge?.models == true && request.format.isPaid
        stores.performer.begin { await isJudged ? call.runWhenApproved() : call.run() }
        return Delivery(position: position, source: .buffer(buffer), match: isDiverged ? "diverged" : "live")
    }

    /// The request of a call as it is kept.
    func text(of request: CallRequest) -> (text: JSONValue, end: RequestTexts.End) {
        texts.delta(of: request.json, request.format)
    }

    func recorded(_ position: StepPosition, _ summary: AnswerSummary, end: RequestTexts.End) {
        issuedIDs.formUnion(summary.ids)
        openings.add(summary.opening)
        texts.add(position, end)
        matcher.recorded(position)
        buffers[position] = nil
    }

    /// An answer that was paid for could not be recorded.
    func cannotRecord(_ error: any Error) { fault = "\(error)" }

    func failed(_ position: StepPosition) {
        matcher.failed(position)
        buffers[position] = nil
    }

    func clientLeft(_ position: StepPosition) { matcher.clientLeft(position) }
}
