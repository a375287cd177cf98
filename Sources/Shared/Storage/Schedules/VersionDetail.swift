package import JobModel
import Postgres

/// What is known of a version of a workflow.
package struct VersionDetail: Equatable, Sendable {
    package let number: Int
    package let created: Timestamp
    package let isDeployed: Bool
    /// Whether it stays deployed whatever is deployed.
    package let isPinned: Bool
    /// The last of its runs that is there.
    package let lastRun: RunID?

    init(_ row: PostgresRow) throws {
        number = try row.int("number")
        created = try row.timestamp("created_us")
        isDeployed = try row.bool("is_deployed")
        isPinned = try row.bool("is_pinned")
        lastRun = try row.optionalInt64("last_run_id").map(RunID.init(rawValue:))
    }
}
