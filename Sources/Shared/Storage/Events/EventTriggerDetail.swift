package import JobModel
import Postgres

/// A deployed trigger that goes by events, for people.
package struct EventTriggerDetail: Equatable, Sendable {
    package let workflow: String
    package let name: String
    /// The version of the workflow that its runs are of.
    package let version: Int
    package let team: String
    package let summary: String
    package let gather: String
    package let mostActive: Int?
    /// How many of its runs are under way, where their number is bounded.
    package let active: Int
    /// How many events no run has taken, counted up to 1000.
    package let pending: Int
    /// How many events could start no run, counted up to 1000.
    package let refused: Int
    package let lastRun: RunID?
    package let lastAt: Timestamp?
    package let pausedAt: Timestamp?
    /// Why an event could start no run.
    package let error: String?

    init(row: PostgresRow) throws {
        workflow = try row.string("workflow")
        name = try row.string("name")
        version = try row.int("version")
        team = try row.string("team")
        summary = try row.string("summary")
        gather = try row.string("gather")
        mostActive = try row.optionalInt64("max_active").map(Int.init)
        active = try row.int("active")
        pending = try row.int("pending")
        refused = try row.int("refused")
        lastRun = try row.optionalInt64("last_run_id").map(RunID.init(rawValue:))
        lastAt = try row.optionalTimestamp("last_us")
        pausedAt = try row.optionalTimestamp("paused_us")
        error = try row.optionalString("error")
    }
}
