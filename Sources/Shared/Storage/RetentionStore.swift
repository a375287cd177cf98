package import JobModel
package import Postgres

/// Deletes what is past its retention, in small batches that wait for nobody.
package struct RetentionStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Deletes runs that ended longer ago than `retention`, the oldest first, with their jobs, steps and logs.
    ///
    /// Idempotency keys are forgotten with their runs. The journals in the store are the caller's to remove, who says with
    /// `forgetPrunedRuns` that they are; they are left to others after a minute.
    ///
    /// - Parameter limit: How many at most, in one transaction.
    /// - Returns: The runs that are gone.
    package func pruneRuns(endedBefore retention: Duration, limit: Int, now: String? = nil) async throws -> [RunID] {
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.settleBackfills)
            let old = try await connection.query(
                Statement.lockOldRuns,
                [.integer(retention.wholeMicroseconds), .integer(limit), .optional(now)]
            )
            guard !old.rows.isEmpty else { return [] }
            _ = try await connection.query(Statement.shareBudgets)
            let pruned = try await connection.query(
                Statement.pruneRuns,
                [.array(try old.rows.map { try $0.int64("run_id") }), .optional(now)]
            )
            return try pruned.rows.map { RunID(rawValue: try $0.int64("run_id")) }.sorted()
        }
    }

    /// Takes deleted runs whose journals nobody has removed for a minute: whoever deleted the run was killed, or could not.
    ///
    /// Others leave each of them alone for a minute. Remove their journals, and say so with `forgetPrunedRuns`.
    package func takePrunedRuns(limit: Int, now: String? = nil) async throws -> [RunID] {
        try await pool.query(Statement.takePrunedRuns, [.integer(limit), .optional(now)]).rows
            .map { RunID(rawValue: try $0.int64("run_id")) }
    }

    /// Forgets deleted runs whose journals are removed.
    package func forgetPrunedRuns(_ runs: [RunID]) async throws {
        _ = try await pool.query(Statement.forgetPrunedRuns, [.array(runs.map(\.rawValue))])
    }

    /// Deletes gates that no run and no job has to pass any more: limits of keys that nobody uses.
    ///
    /// - Parameter last: The gate behind which to begin; 0 for the first one.
    /// - Parameter limit: How many are looked at.
    /// - Returns: How many are gone, and behind which gate to go on; nil when all were looked at.
    package func pruneGates(after last: Int64, limit: Int) async throws -> (deleted: Int, next: Int64?) {
        try await pool.transaction { connection in
            let looked = try await connection.query(Statement.lockSpareGates, [.integer(last), .integer(limit)])
            guard let row = looked.rows.first, let next = try row.optionalInt64("last_id") else { return (0, nil) }
            let spare = try row.string("spare").split(separator: ",").compactMap { Int64($0) }
            guard !spare.isEmpty else { return (0, next) }
            return (try await connection.query(Statement.deleteSpareGates, [.array(spare)]).rows.count, next)
        }
    }

    /// Deletes batches that ended and were made longer ago than `retention`, once nobody can ask for their calls.
    ///
    /// - Returns: How many.
    package func pruneBatches(madeBefore retention: Duration, limit: Int, now: String? = nil) async throws -> Int {
        try await pool.query(
            Statement.pruneBatches,
            [.integer(retention.wholeMicroseconds), .integer(limit), .optional(now)]
        ).rows.count
    }

    /// Deletes versions of workflows that are older than `retention` and that nobody uses any more.
    ///
    /// - Parameter last: The version behind which to begin; 0 for the first one.
    /// - Parameter limit: How many are looked at.
    /// - Returns: How many are gone, and behind which version to go on; nil when all were looked at.
    package func pruneVersions(
        after last: Int64,
        limit: Int,
        olderThan retention: Duration,
        now: String? = nil
    ) async throws -> (deleted: Int, next: Int64?) {
        let row = try await pool.query(
            Statement.pruneVersions,
            [.integer(last), .integer(limit), .integer(retention.wholeMicroseconds), .optional(now)]
        ).rows[0]
        return (try row.int("deleted"), try row.optionalInt64("last_id"))
    }

    /// Deletes what ended, or was dropped by a deployment, longer ago than `retention`: a backfill with its due times,
    /// schedules and triggers.
    ///
    /// - Returns: How many.
    package func pruneStarters(
        droppedBefore retention: Duration,
        limit: Int,
        now: String? = nil
    ) async throws -> Int {
        func prune(_ statement: PostgresStatement, _ limit: Int) async throws -> Int {
            try await pool.query(
                statement,
                [.integer(retention.wholeMicroseconds), .integer(limit), .optional(now)]
            ).rows.count
        }
        // A backfill may have many due times.
        return try await prune(Statement.pruneBackfills, 1) + prune(Statement.pruneSchedules, limit)
            + prune(Statement.pruneEventTriggers, limit)
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
