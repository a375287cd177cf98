import Postgres

/// How far a backfill is.
package struct BackfillDetail: Equatable, Sendable {
    /// How many of its items are in a state.
    package struct Count: Equatable, Sendable {
        package let state: BackfillItem.State
        package let items: Int
    }

    package let id: Int64
    package let workflow: String
    package let subject: BackfillSubject
    package let newestFirst: Bool
    /// How many of its runs are under way at once, at most.
    package let mostActive: Int
    /// `active`, `paused`, `done` or `cancelled`.
    package let state: String
    package let createdAt: Timestamp
    package let counts: [Count]
    /// Why it cannot go on, or why an item could start no run.
    package let error: String?

    init(row: PostgresRow) throws {
        id = try row.int64("backfill_id")
        workflow = try row.string("workflow")
        subject = try BackfillSubject(row: row)
        newestFirst = try row.bool("newest_first")
        mostActive = try row.int("most_active")
        state = try row.string("state")
        createdAt = try row.timestamp("created_us")
        counts = try BackfillItem.State.allCases.map { Count(state: $0, items: try row.int($0.rawValue)) }
        error = try row.optionalString("error")
    }
}
