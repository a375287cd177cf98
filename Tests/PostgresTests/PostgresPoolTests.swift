import Postgres
import TestSupport
import Testing

@Suite struct PostgresPoolTests {
    @Test func opensNoMoreConnectionsThanItsSize() async throws {
        let pool = PostgresPool(.init(conninfo: try await TestDatabase.empty(), applicationName: "pooled"), size: 3)
        let pids = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 {
                group.addTask { try await pool.query("SELECT pg_backend_pid() AS pid").rows[0].int("pid") }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect((1...3).contains(pids.count))
        await pool.close()
    }

    @Test func replacesABrokenConnection() async throws {
        let pool = PostgresPool(.init(conninfo: try await TestDatabase.empty(), applicationName: "pooled"), size: 1)
        await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(try await pool.query("SELECT 1 AS x").rows[0].int("x") == 1)
        await pool.close()
    }
}
