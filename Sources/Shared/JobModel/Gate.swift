/// What keeps a run's jobs, or one job, from becoming pending: a limit on how many at once, or a rate.
package struct Gate: Hashable, Sendable {
    /// What the limit counts.
    package enum Holder: Sendable { case run, job }

    package let holder: Holder
    /// Whose limit it is, such as `workflow churn`, `job churn/extract` or `team growth`.
    package let scope: String
    /// Which of its keys; empty for one limit without keys.
    package let key: String
    /// How many at once or, with a period, how many within it; at least 1.
    package let most: Int
    /// Nil for a limit on how many at once.
    package let period: Duration?

    package init(holder: Holder, scope: String, key: String = "", most: Int, period: Duration? = nil) {
        precondition(most > 0, "a gate lets something in, got \(most)")
        self.holder = holder
        self.scope = scope
        self.key = key
        self.most = most
        self.period = period
    }

    /// The scope of a team's limits.
    package static func scope(ofTeam team: String) -> String { "team \(team)" }

    /// The same for a team that was not known when it was made.
    package func ofTeam(_ team: String) -> Gate {
        guard scope == Self.scope(ofTeam: "") else { return self }
        return Gate(holder: holder, scope: Self.scope(ofTeam: team), key: key, most: most, period: period)
    }
}
