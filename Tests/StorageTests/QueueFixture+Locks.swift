import JobModel
import Postgres

extension QueueFixture {
    /// Holds the lock of a run until each of the bodies, begun in their order, waits for it.
    func holding(_ run: RunID, until bodies: [@Sendable () async throws -> Void]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.transaction { connection in
                _ = try await connection.query(
                    "SELECT FROM chassis.live_run WHERE run_id = $1::bigint FOR UPDATE",
                    [.integer(run.rawValue)]
                )
                for (place, body) in bodies.enumerated() {
                    group.addTask { try await body() }
                    while try await waitingForLocks() <= place {}
                }
            }
            try await group.waitForAll()
        }
    }

    /// How many statements wait for a lock, or for one of a sort.
    func waitingForLocks(_ sort: String? = nil) async throws -> Int {
        try await pool.query(
            """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = coalesce($1::text, wait_event)
            """,
            [.optional(sort)]
        ).rows[0].int("n")
    }
}
