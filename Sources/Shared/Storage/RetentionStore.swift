package import JobModel
package import Postgres

/// Deletes what is past its retention, in small batches that wait for nobody.
package struct RetentionStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Deletes runs that ended longer ago than `retention`, the oldest first, with their jobs, steps and logs.
    ///
    /// Idempotency keys are forgotten with their runs. The journals in the store are the caller's to remove.
    ///
    /// - Parameter limit: How many at most, in one transaction.
    /// - Returns: The runs that are gone.
    package func pruneRuns(endedBefore retention: Duration, limit: Int, now: String? = nil) async throws -> [RunID] {
        let result = try await pool.query(
            Statement.pruneRuns,
            [.integer(retention.wholeMicroseconds), .integer(limit), .optional(now)]
        )
        return try result.rows.map { RunID(rawValue: try $0.int64("run_id")) }.sorted()
    }

    /// Deletes sessions that ended longer ago than `retention`.
    ///
    /// - Returns: How many.
    package func pruneSessions(
        endedBefore retention: Duration,
        limit: Int,
        now: String? = nil
    ) async throws -> Int {
        try await pool.query(
            Statement.pruneSessions,
            [.integer(retention.wholeMicroseconds), .integer(limit), .optional(now)]
        ).rows.count
    }
}
