package import JobModel
import Postgres

/// A deployed schedule, for people.
package struct ScheduleDetail: Equatable, Sendable {
    package let workflow: String
    package let name: String
    /// The version of the workflow that its runs are of.
    package let version: Int
    package let summary: String
    package let timezone: String
    package let catchup: String
    package let overlap: String
    package let nextDue: Timestamp?
    package let lastDue: Timestamp?
    package let lastRun: RunID?
    package let pausedAt: Timestamp?
    /// The run that its due time waits for.
    package let blockedBy: RunID?
    /// Why its last due time could not be dealt with; it is tried again.
    package let error: String?

    init(row: PostgresRow) throws {
        workflow = try row.string("workflow")
        name = try row.string("name")
        version = try row.int("version")
        summary = try row.string("summary")
        timezone = try row.string("timezone")
        catchup = try row.string("catchup")
        overlap = try row.string("overlap")
        nextDue = try row.optionalTimestamp("next_us")
        lastDue = try row.optionalTimestamp("last_us")
        lastRun = try row.optionalInt64("last_run_id").map(RunID.init(rawValue:))
        pausedAt = try row.optionalTimestamp("paused_us")
        blockedBy = try row.optionalInt64("blocked_by").map(RunID.init(rawValue:))
        error = try row.optionalString("error")
    }
}
