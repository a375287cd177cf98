package import JobModel
import Postgres

/// A schedule that is locked, and what must be known to deal with its due time.
package struct DueSchedule: Equatable, Sendable {
    package let id: Int64
    package let workflow: String
    package let name: String
    package let version: VersionID
    /// The due time that comes next; nil when none does.
    package let due: Timestamp?
    /// The time by the database's clock.
    package let now: Timestamp
    package let isPaused: Bool
    /// Its runs that have not ended, where it was taken to start one more.
    package internal(set) var active: [RunID] = []
    /// Whether the due time has waited for the end of a run.
    package let isQueued: Bool

    init(row: PostgresRow) throws {
        id = try row.int64("schedule_id")
        workflow = try row.string("workflow")
        name = try row.string("name")
        version = VersionID(rawValue: try row.int64("version_id"))
        due = try row.optionalTimestamp("due_us")
        now = try row.timestamp("now_us")
        isPaused = try row.bool("is_paused")
        isQueued = try row.bool("is_queued")
    }
}
