/// How long one goes on asking a scheduler that does not answer.
struct Patience<Instant: InstantProtocol>: Equatable, Sendable where Instant.Duration == Duration {
    enum State: Equatable, Sendable {
        /// It answers; may become `waiting`.
        case answering
        /// It has not answered since `since`; may become `answering`, or be given up.
        case waiting(since: Instant, tries: Int)
    }

    enum Action: Equatable, Sendable {
        /// Ask again after this time; `isFirst` says that nothing was wrong before.
        case askAgain(after: Duration, isFirst: Bool)
        case giveUp
    }

    /// The longest time without an answer, by default 30 seconds.
    let limit: Duration
    private(set) var state = State.answering

    init(limit: Duration = .seconds(30)) { self.limit = limit }

    /// The scheduler did not answer.
    mutating func failed(at now: Instant) -> Action {
        switch state {
        case .answering:
            state = .waiting(since: now, tries: 1)
            return .askAgain(after: .milliseconds(200), isFirst: true)
        case .waiting(let since, let tries):
            guard since.duration(to: now) < limit else { return .giveUp }
            state = .waiting(since: since, tries: tries + 1)
            return .askAgain(after: .milliseconds(200 * (1 << min(tries, 3))), isFirst: false)
        }
    }

    /// The scheduler answered.
    ///
    /// - Returns: Whether it had not before.
    mutating func answered() -> Bool {
        defer { state = .answering }
        return state != .answering
    }
}
