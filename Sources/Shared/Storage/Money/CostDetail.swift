package import JobModel

/// What the ledger adds up to for one name.
package struct CostDetail: Equatable, Sendable {
    /// What costs are added up by.
    package enum Grouping: String, CaseIterable, Sendable {
        case team, workflow, model, connection, day
    }

    /// The team, workflow, model or connection, or a day such as `2026-11-28`; empty where an entry has none.
    package let name: String
    /// Calls that were paid.
    package let calls: Int
    package let unknownCalls: Int
    package let paid: MicroDollars
    package let unknown: MicroDollars
    package let reserved: MicroDollars
    package let saved: MicroDollars
    /// Calls whose provider said nothing of their usage, and that count as their most.
    package let estimatedCalls: Int
    /// Calls whose price nobody knew.
    package let unpricedCalls: Int
    /// Calls that cost more than the most that was reckoned with.
    package let overruns: Int
}
