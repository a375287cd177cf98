/// Whether a process that ended by itself is started again.
struct RestartPolicy<Instant: InstantProtocol>: Equatable, Sendable where Instant.Duration == Duration {
    enum Action: Equatable, Sendable {
        case restart(after: Duration)
        case giveUp
    }

    /// The most restarts within `window`, by default 5.
    let limit: Int
    /// By default one minute.
    let window: Duration
    private(set) var restarts: [Instant] = []

    init(limit: Int = 5, window: Duration = .seconds(60)) {
        self.limit = limit
        self.window = window
    }

    /// The process has ended.
    mutating func ended(at now: Instant) -> Action {
        restarts.removeAll { $0.duration(to: now) > window }
        guard restarts.count < limit else { return .giveUp }
        restarts.append(now)
        return .restart(after: .seconds(1))
    }
}
