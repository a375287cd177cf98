package import JobModel
import Postgres

/// One of the runs of a backfill, for people.
package struct BackfillItem: Equatable, Sendable {
    /// In which state it can be.
    package enum State: String, CaseIterable, Sendable {
        case pending, running, succeeded, failed, cancelled
        /// No run can be started for it.
        case refused
    }

    /// Grows in the order in which they start.
    package let number: Int64
    /// Nil of a trigger's backfill.
    package let due: Timestamp?
    /// Nil of a schedule's backfill.
    package let partition: String?
    package let state: String
    package let run: RunID?
    /// Why no run can be started.
    package let error: String?

    init(row: PostgresRow) throws {
        number = try row.int64("number")
        due = try row.optionalTimestamp("due_us")
        partition = try row.optionalString("partition")
        state = try row.string("state")
        run = try row.optionalInt64("run_id").map(RunID.init(rawValue:))
        error = try row.optionalString("error")
    }
}
