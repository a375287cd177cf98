import Checkpoints
import Digests
import HTTPTransport
import JobModel
import Logging
import Postgres
import Recordings
import Storage
import Synchronization

/// One attempt of a job, as the gateway serves it: what was recorded before, what is under way, and its journal.
///
/// It opens when the first request comes. Before that, whoever still makes calls for an earlier attempt comes to an end
/// with them: then all that was paid for is in its journal, and nothing is added behind the mark of this one.
actor GatewayAttempt {
    /// How often calls of an earlier attempt are looked for that are still under way.
    static let look = Duration.milliseconds(20)
    /// The most positions that an attempt notes as served: what is read of a job is read of all of its attempts.
    private static let maximumServed = 10_000

    private enum Phase {
        case unopened
        case opening([CheckedContinuation<Void, Never>])
        case open(JobCheckpoints)
        case failed(GatewayRefusal)
    }

    /// What a client went away from before it had it.
    enum Departure: Sendable {
        case call(StepPosition)
        case step(StepPosition, Fingerprint)
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
    /// What was refused before it was looked at.
    nonisolated let unread = UnreadRequests()

    /// Connections whose calls are not written with those of other attempts.
    nonisolated let budgeted = BudgetedConnections()
    /// How many calls are being made, whose money is reserved.
    private let callsUnderWay = Mutex(0)
    /// What clients have left behind that have gone, and of which the matchers do not know yet.
    private let departures = Mutex<[Departure]>([])
    private var phase = Phase.unopened
    private(set) var isClosed = false
    private let onUse: @Sendable () -> Void
    private var isUsed = false
    var statistics = GatewayStatistics()
    var saved = MicroDollars.zero
    /// How calls and named steps were served from their records.
    private var served: [StepPosition: String] = [:]
    var matcher = CallMatcher()
    var steps = StepMatcher()
    var texts = RequestTexts()
    var issuedIDs: Set<String> = []
    /// What recorded calls are in conversations that the provider keeps.
    var turns: [StepPosition: KeptTurns.Turn] = [:]
    var keptTurns = KeptTurns()
    var openings = Openings()
    var reads = EarlyReads()
    var awaited = AwaitedCosts()
    /// What answers take that were served: then it is known before they are read.
    var sizes: [StepPosition: Int] = [:]
    var fingerprints: [StepPosition: Fingerprint] = [:]
    var buffers: [StepPosition: AnswerBuffer] = [:]
    /// How many calls were begun at each position, or how often its step was; one that failed is followed by another.
    var callNumbers: [StepPosition: Int] = [:]
    var lastNumbers: [String: Int] = [:]
    /// What a program is told whose job must not go on.
    var stop: GatewayRefusal?
    /// What calls have to wait for that the program was told of.
    var holds: [StepPosition: Suspension] = [:]
    /// Why something could not be recorded: nothing that follows it could be, and nothing is paid for or done.
    var fault: String?
    /// Why it is not known of steps what became of them, where that was noted.
    var doubts: [StepPosition: String] = [:]
    /// Steps about which people are asked now, and who asks for an equal one meanwhile.
    var questions: [Fingerprint: [CheckedContinuation<Void, Never>]] = [:]
    /// Steps that the program was told to do in this attempt, and of which it has not said what became of them.
    var begun: [StepPosition: NamedStep] = [:]
    /// Where people decide: which of its equals a call or step is.
    var occurrences = Occurrences()

    /// - Parameter onUse: Is called when the program first asks for something that is recorded, before it has an answer.
    init(
        _ job: GatewayJob,
        connections: [GatewayConnection],
        stores: GatewayStores,
        onUse: @escaping @Sendable () -> Void
    ) {
        self.job = job
        self.onUse = onUse
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

    /// Opens for a client.
    ///
    /// - Throws: `GatewayRefusal` also when the client gave up while it waited: it may have asked again meanwhile.
    func open(for client: ClientTicket) async throws -> JobCheckpoints {
        if !isUsed {
            isUsed = true
            onUse()
        }
        if case .open(let checkpoints) = phase { return checkpoints }
        let checkpoints = try await open()
        await stores.hangUps.settle()
        try checkIsThere(client)
        return checkpoints
    }

    /// Refuses a client that has gone: what it is given nobody gets, and is missing for its next request.
    func checkIsThere(_ client: ClientTicket) throws(GatewayRefusal) {
        if client.hasGone { throw .clientHasGone }
    }

    /// The attempt is over: nothing more is begun for it.
    ///
    /// Calls under way come to their end.
    func close() async -> GatewayStatistics {
        guard !isClosed else { return end }
        isClosed = true
        // Where it fails, the connection is lost, and the lock with it.
        try? await stores.locks.release(job.job)
        if statistics.replayed > 0 {
            // Figures for people: nothing fails for them.
            try? await stores.steps.noteReplay(
                job: job.job,
                epoch: job.epoch,
                steps: statistics.replayed,
                modelCalls: statistics.replayedCalls,
                saved: saved,
                damaged: 0,
                served: .object(JSONObject(served.map { ("\($0.key)", .string($0.value)) }))
            )
        }
        return end
    }

    /// What the program did, and why its job does not go on.
    private var end: GatewayStatistics {
        var end = statistics
        end.unasked = matcher.unaskedCount
        let holds = holds.sorted { $0.key.description < $1.key.description }
        end.suspension = Suspension(joining: holds.map(\.value))
        return end
    }

    /// A call or named step was served from its record, which is noted for people, up to a bound.
    func noteServed(_ position: StepPosition, isDrifted: Bool = false) {
        guard served.count < Self.maximumServed || served[position] != nil else { return }
        served[position] = isDrifted ? "drifted" : "exact"
    }

    /// A client has gone, which counts for whatever is matched from now on.
    nonisolated func clientLeft(_ departure: Departure) { departures.withLock { $0.append(departure) } }

    /// Has the matchers know of the clients that have gone.
    func noteDepartures() {
        let departures = departures.withLock { departures in
            defer { departures = [] }
            return departures
        }
        for departure in departures {
            switch departure {
            case .call(let position): matcher.clientLeft(position)
            case .step(let position, let fingerprint): steps.left(position, fingerprint)
            }
        }
    }

    /// A call is being made from now on, and its money is reserved until it ends.
    nonisolated func callBegan() { callsUnderWay.withLock { $0 += 1 } }

    /// A call has ended and is settled.
    nonisolated func callEnded() { callsUnderWay.withLock { $0 -= 1 } }

    /// Whether calls of the program are being made.
    nonisolated var hasCallsUnderWay: Bool { callsUnderWay.withLock { $0 > 0 } }

    /// Notes that the program has asked for a call.
    func noteAsked() { statistics.asked += 1 }

    static let over = GatewayRefusal(.unauthenticated, "the attempt that this token was good for has ended")

    // MARK: Positions

    func newPosition(_ label: String) -> StepPosition {
        let name = StepPosition.gatewayPrefix + label
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
}
