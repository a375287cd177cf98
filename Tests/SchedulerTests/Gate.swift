import Access
import Postgres
import Scheduler

/// Holds requests up at the look for their token, by a lock on the table of tokens.
struct Gate: Sendable {
    private let pool: PostgresPool
    private let holder: PostgresConnection

    /// Locks the table.
    static func close(_ conninfo: String, _ pool: PostgresPool) async throws -> Gate {
        let holder = try await PostgresConnection.connect(
            PostgresConnection.Options(conninfo: conninfo, applicationName: "gate")
        )
        _ = try await holder.query("BEGIN")
        _ = try await holder.query("LOCK TABLE chassis.access_token IN ACCESS EXCLUSIVE MODE")
        return Gate(pool: pool, holder: holder)
    }

    /// Sends a request that is held up until the gate opens.
    func request(to address: BoundAddress) async throws -> Answer {
        try await Answer.send("GET", "/v1/runs", to: address, token: AccessToken.mint().reveal())
    }

    /// Waits until a request is held up.
    func waitForRequest() async throws {
        // In this database alone: those of other tests have locks of their own.
        let waiting: PostgresStatement = """
            SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
            WHERE NOT granted AND datname = current_database()
            """
        while try await pool.query(waiting).rows.isEmpty { await Task.yield() }
    }

    /// Lets all requests go on.
    func open() async { await holder.close() }
}
