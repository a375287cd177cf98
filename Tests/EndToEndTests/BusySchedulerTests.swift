import Postgres
import TestSupport
import Testing

/// A scheduler of which people ask more than it can answer.
@Suite struct BusySchedulerTests {
    /// Requests that wait for a lock hold all the connections that requests get; a worker that is killed meanwhile is noticed all the same.
    @Test(.timeLimit(.minutes(5))) func noticesAKilledWorkerWhileNoRequestIsAnswered() async throws {
        let fleet = try await Fleet.make()
        let scheduler = await fleet.scheduler()
        let token = await fleet.token()
        let worker = fleet.worker("only")
        let gone: PostgresStatement = "SELECT count(*) AS n FROM chassis.session WHERE end_reason = 'process gone'"
        while try await fleet.pool.query("SELECT FROM chassis.session").rows.isEmpty {}
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fleet.pool.transaction { connection in
                // Each request looks whose it is.
                _ = try await connection.query("LOCK TABLE chassis.access_token IN ACCESS EXCLUSIVE MODE")
                for _ in 0..<12 { group.addTask { _ = await fleet.chassis(["runs"], at: scheduler, token: token) } }
                while try await Self.requests(fleet).count < 8 {}
                let waiting = try await Self.requests(fleet)
                await worker.killAndWait()
                while try await fleet.pool.query(gone).rows[0].int("n") == 0 { try Task.checkCancellation() }
                // It was none of their ends that made room.
                #expect(try await Self.requests(fleet) == waiting)
            }
            try await group.waitForAll()
        }
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// The statements of requests that wait for a lock.
    private static func requests(_ fleet: Fleet) async throws -> [String] {
        try await fleet.pool.query(
            """
            SELECT pid || ' since ' || query_start AS request FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'chassis-scheduler' AND wait_event_type = 'Lock'
            ORDER BY pid
            """
        ).rows.map { try $0.string("request") }
    }
}
