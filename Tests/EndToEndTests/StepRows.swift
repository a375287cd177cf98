import JobModel
import Postgres
import Storage

/// The rows of a run's steps, one for each attempt that began it.
struct StepRows {
    private struct Row {
        let position: String
        let state: String
        let unknownCalls: Int
        let tokens: Int
    }

    private let rows: [Row]

    init(of run: RunID, on pool: PostgresPool) async throws {
        let result = try await pool.query(
            """
            SELECT step.position, state, unknown_calls,
                   coalesce((usage->>'input')::integer + (usage->>'output')::integer, 0) AS tokens
            FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint
            """,
            [.integer(run.rawValue)]
        )
        rows = try result.rows.map { row in
            Row(
                position: try row.string("position"),
                state: try row.string("state"),
                unknownCalls: try row.int("unknown_calls"),
                tokens: try row.int("tokens")
            )
        }
    }

    var positions: Set<String> { Set(rows.map(\.position)) }

    /// How many attempts recorded the step.
    func recorded(_ step: String) -> Int { rows.filter { $0.position == step && $0.state == "recorded" }.count }

    /// How many attempts ran the step, and how that ended is not known.
    func unknown(_ step: String) -> Int {
        rows.filter { $0.position == step && $0.state == "unknown" }.map(\.unknownCalls).reduce(0, +)
    }

    /// How many intents of the step are not settled, or failed.
    func open(_ step: String) -> Int {
        rows.filter { $0.position == step && ["started", "failed"].contains($0.state) }.count
    }

    /// The tokens the step was paid with.
    func tokens(_ step: String) -> Int { rows.filter { $0.position == step }.map(\.tokens).reduce(0, +) }
}
