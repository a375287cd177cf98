import JobModel
import Postgres

/// Jobs that came back to a run behind its cancellation.
extension RunStore {
    /// How many runs one look cancels again at most.
    static let mostCancelledAgain = 100

    /// Ends jobs of cancelled runs that no worker holds.
    ///
    /// A job that was moved while its run was being cancelled is seen by neither side, and so is one whose worker was lost
    /// before it heard of the cancellation: it would wait for its retry, for a limit or for a pause.
    ///
    /// - Returns: The queues that got pending jobs by it.
    package func cancelStrays(now: String? = nil) async throws -> Set<String> {
        let found = try await pool.query(Statement.listHalfCancelledRuns, [.integer(Self.mostCancelledAgain)])
        var readied: Set<String> = []
        for row in found.rows {
            let run = RunID(rawValue: try row.int64("run_id"))
            let cancelled = try await pool.transaction { connection -> Cancellation? in
                let locked = try await connection.query(Statement.lockCancelledRun, [.integer(run.rawValue)])
                // It may have been retried since, and is cancelled no more.
                guard !locked.rows.isEmpty else { return nil }
                return try await Self.cancelAlone(run, isLate: false, on: connection, now: now)
            }
            readied.formUnion(cancelled?.readied ?? [])
        }
        return readied
    }
}
