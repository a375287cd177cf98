package import JobModel

/// A budget, and what it has come to in its present period.
package struct BudgetDetail: Equatable, Sendable {
    package let scope: Budget.Scope
    /// The team, the connection, the number of the run, or the name of the job.
    package let name: String
    package let period: Budget.Period
    package let budget: Budget
    /// What was paid.
    package let paid: MicroDollars
    /// What calls keep whose outcome nobody knows.
    package let unknown: MicroDollars
    /// What calls under way may still cost.
    package let reserved: MicroDollars
    /// When its period turns; nil when it never does.
    package let endsAt: Timestamp?

    /// What is left for calls to come; never less than nothing.
    package var free: MicroDollars {
        max(.zero, MicroDollars(rawValue: budget.limit.rawValue - paid.rawValue - unknown.rawValue - reserved.rawValue))
    }
}
