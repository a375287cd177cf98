/// How long the requests of one connection may take to arrive, and what becomes of one that does not.
///
/// A request arrives from its first byte to the end of its body. While earlier requests of the connection are still to be
/// answered it may be the gateway that does not read on, so that time does not count.
struct ArrivalStateMachine<Instant: InstantProtocol>: Equatable, Sendable where Instant.Duration == Duration {
    enum State: Equatable, Sendable {
        /// No byte of a further request has come; may become `arriving` or `refused`.
        case quiet
        /// A part of a request has come, the rest has until then; may become `quiet` or `refused`.
        case arriving(until: Instant)
        /// The client was told that it is refused; what it still sends is thrown away until then.
        case refused(until: Instant)
    }

    enum Action: Equatable, Sendable {
        /// To look again at that time.
        case look(at: Instant)
        /// To tell the client that its request took too long.
        case refuse
        case close
        case none
    }

    /// From the first byte of a request to its last one.
    static var longestArrival: Duration { .seconds(30) }
    /// How long a client that was refused may take to read that.
    static var longestFarewell: Duration { .seconds(5) }

    private(set) var state = State.quiet
    /// How many requests have arrived and were not answered yet; below 0 while one is answered that still arrives.
    private(set) var owed = 0

    var isRefused: Bool { if case .refused = state { true } else { false } }

    /// Whether nobody waits for an answer.
    var isIdle: Bool { owed <= 0 }

    mutating func bytesCame(at now: Instant) -> Action {
        switch state {
        case .quiet:
            let until = now.advanced(by: Self.longestArrival)
            state = .arriving(until: until)
            return .look(at: until)
        case .arriving, .refused: return .none
        }
    }

    mutating func requestArrived() {
        owed += 1
        if case .arriving = state { state = .quiet }
    }

    mutating func answered() { owed -= 1 }

    mutating func timerFired(at now: Instant) -> Action {
        switch state {
        case .quiet: return .none
        case .arriving(let until) where now < until: return .look(at: until)
        case .arriving where owed > 0:
            let until = now.advanced(by: Self.longestArrival)
            state = .arriving(until: until)
            return .look(at: until)
        case .arriving: return .refuse
        case .refused(let until): return now < until ? .look(at: until) : .close
        }
    }

    /// The client is told why, and has a moment to read it.
    mutating func refused(at now: Instant) -> Action {
        let until = now.advanced(by: Self.longestFarewell)
        state = .refused(until: until)
        return .look(at: until)
    }
}
