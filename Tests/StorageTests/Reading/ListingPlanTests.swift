import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Lists must find their first page without looking at everything there is.
@Suite struct ListingPlanTests {
    /// A workflow that seldom runs is found among however many runs of others.
    @Test func looksThroughFewRunsOfOthers() async throws {
        let fixture = try await QueueFixture.make()
        func end(_ count: Int, of workflow: String) async throws {
            let version = try await fixture.runs.submit(
                .init(workflow: workflow, source: "s", jobs: [.init(name: "a", kind: "llm")])
            ).run
            _ = try await fixture.pool.query(
                """
                WITH made AS (
                    INSERT INTO chassis.run (version_id, team, params, created_at)
                    SELECT version_id, team, params, created_at FROM chassis.run, generate_series(1, $2::bigint) WHERE run_id = $1::bigint
                    RETURNING run_id
                )
                INSERT INTO chassis.ended_run (run_id, state, ended_at) SELECT run_id, 'succeeded', now() FROM made
                """,
                [.integer(version.rawValue), .integer(count)]
            )
            for table in ["run", "ended_run"] {
                _ = try await fixture.pool.query(PostgresStatement(name: nil, sql: "ANALYZE chassis.\(table)"))
            }
        }
        func look() async throws -> Int {
            let explained =
                "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off) EXECUTE reading ('succeeded', 'rare', NULL, 50)"
            return try await fixture.pool.withConnection { connection in
                try await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off")
                try await connection.execute("PREPARE reading AS \(Statement.listEndedWorkflowRuns.sql)")
                let lines = try await connection.query(PostgresStatement(name: nil, sql: explained)).rows
                    .map { try $0.string("QUERY PLAN") }
                try await connection.execute("DEALLOCATE reading")
                return Buffers.count(in: lines)
            }
        }
        try await end(3, of: "rare")
        try await end(4_000, of: "common")
        let few = try await look()
        try await end(60_000, of: "common")
        let many = try await look()
        #expect(many < few * 2, "\(few) and \(many) buffers")
        let found = try await RunReader(fixture.pool).runs(RunFilter(state: .succeeded, workflow: "rare"))
        #expect(found.count == 3)
        let first = try await RunReader(fixture.pool).runs(RunFilter(state: .succeeded, workflow: "common"), limit: 2)
        let next = RunFilter(state: .succeeded, workflow: "common", before: first.last?.id)
        #expect(try await RunReader(fixture.pool).runs(next, limit: 200).count == 200)
    }

    @Test(arguments: [
        ("list_runs", "NULL, 50", "run_pkey"),
        ("list_live_runs", "true, NULL, NULL, 50", "live_run_pkey"),
        ("list_ended_runs", "'failed', NULL, 50", "ended_run_by_state"),
        ("list_log_lines", "1, 0, NULL, 50, NULL", "log_pkey"),
        // All messages wait as long as a receiver is away.
        ("expire_outbox", "604800000000, 1000, NULL", "outbox_created_at"),
    ])
    func walksAnIndexInTheOrderOfTheList(name: String, arguments: String, index: String) async throws {
        let statements = [
            Statement.listRuns, Statement.listLiveRuns, Statement.listEndedRuns, Statement.listLogLines,
            Statement.expireOutbox,
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
