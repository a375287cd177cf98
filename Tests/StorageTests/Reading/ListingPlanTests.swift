import Postgres
import TestSupport
import Testing

@testable import Storage

/// Lists must find their first page without looking at everything there is.
@Suite struct ListingPlanTests {
    @Test(arguments: [
        ("list_runs", "NULL, 50", "run_pkey"),
        ("list_live_runs", "true, NULL, NULL, 50", "live_run_pkey"),
        ("list_ended_runs", "'failed', NULL, NULL, 50", "ended_run_by_state"),
        ("list_log_lines", "1, 0, NULL, 50, NULL", "log_pkey"),
    ])
    func walksAnIndexInTheOrderOfTheList(name: String, arguments: String, index: String) async throws {
        let statements = [
            Statement.listRuns, Statement.listLiveRuns, Statement.listEndedRuns, Statement.listLogLines,
        ]
        let statement = try #require(statements.first { $0.name == name })
        let pool = try await TestDatabase.pool(size: 1)
        try await pool.withConnection { connection in
            for setting in ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"] {
                try await connection.execute("SET \(setting) = off")
            }
            try await connection.execute("SET plan_cache_mode = force_generic_plan")
            try await connection.execute("PREPARE reading AS \(statement.sql)")
            let plan = try await connection.query(
                PostgresStatement(name: nil, sql: "EXPLAIN EXECUTE reading (\(arguments))")
            )
            let lines = try plan.rows.map { try $0.string("QUERY PLAN") }
            #expect(lines.contains { $0.contains("using \(index) on ") }, "\(lines)")
            #expect(!lines.contains { $0.contains("Sort") }, "\(lines)")
        }
        await pool.close()
    }
}
