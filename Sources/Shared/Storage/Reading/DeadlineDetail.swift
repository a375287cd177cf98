package import JobModel
import Postgres

/// A deadline of a run, or of a job of it.
package struct DeadlineDetail: Equatable, Sendable {
    /// Nil for that of the run itself.
    package var job: String?
    package var at: Timestamp
    /// When it was seen to have passed; nil when it has not.
    package var passedAt: Timestamp?
    package var otherwise: WatchTerms.Otherwise

    init(row: PostgresRow) throws {
        job = try row.optionalString("job")
        at = try row.timestamp("deadline_us")
        passedAt = try row.optionalTimestamp("passed_us")
        otherwise = try row.word("otherwise")
    }
}
