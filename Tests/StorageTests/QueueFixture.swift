import JobModel
import Postgres
import Storage
import TestSupport

/// A database with a session, and short words for what tests do in it.
struct QueueFixture {
    let conninfo: String
    let pool: PostgresPool
    let queue: QueueStore
    let runs: RunStore
    let sessions = SessionStore()
    let session: SessionID

    static func make() async throws -> QueueFixture { try await make(in: TestDatabase.migrated()) }

    static func make(in conninfo: String) async throws -> QueueFixture {
        let pool = PostgresPool(.init(conninfo: conninfo, applicationName: "test"), size: 4)
        let session = try await pool.withConnection { try await begin("w1", on: $0) }
        return QueueFixture(
            conninfo: conninfo,
            pool: pool,
            queue: QueueStore(pool),
            runs: RunStore(pool),
            session: session
        )
    }

    static func begin(
        _ worker: String,
        on connection: PostgresConnection,
        // None runs out because a test takes its time.
        lease: Duration = .seconds(3600),
        now: String? = nil
    ) async throws -> SessionID {
        try await SessionStore().begin(
            .init(worker: worker, host: "h", pid: 1, version: "t", queues: ["default"], slots: 8),
            lease: lease,
            on: connection,
            now: now
        )
    }

    /// Starts a run of jobs; `("b", ["a"])` needs `a`.
    func submit(_ jobs: [(String, [String])], key: String? = nil) async throws -> RunStore.Receipt {
        try await runs.submit(
            .init(
                workflow: "w",
                source: "source",
                params: ["x": 1],
                jobs: jobs.map { .init(name: $0.0, kind: "llm", needs: $0.1) },
                idempotencyKey: key
            )
        )
    }

    func claim(_ limit: Int = 10, session: SessionID? = nil) async throws -> [ClaimedJob] {
        try await queue.turn(session: session ?? self.session, queue: "default", limit: limit).claimed
    }

    func end(_ jobs: [ClaimedJob], _ outcome: JobEnding.Outcome = .succeeded(.null)) async throws -> QueueStore.Turn {
        try await queue.turn(
            session: session,
            ending: jobs.map { JobEnding(of: $0, outcome) },
            queue: "default",
            limit: 0
        )
    }

    /// The state of each job of a run, by name; a job in two rooms or none would show here.
    func states(of run: RunID) async throws -> [String: String] {
        let rows = try await pool.query(
            """
            SELECT name, string_agg(state, '+') AS state FROM chassis.job LEFT JOIN (
                SELECT job_id, reason AS state FROM chassis.waiting
                UNION ALL SELECT job_id, 'pending' FROM chassis.ready
                UNION ALL SELECT job_id, 'running' FROM chassis.lease
                UNION ALL SELECT job_id, state FROM chassis.done) AS room USING (job_id)
            WHERE run_id = $1::bigint GROUP BY name
            """,
            [.integer(run.rawValue)]
        ).rows
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.string("name"), try $0.string("state")) })
    }

    /// The state an ended run has; nil while it lives.
    func ending(of run: RunID) async throws -> String? {
        try await pool.query("SELECT state FROM chassis.ended_run WHERE run_id = $1::bigint", [.integer(run.rawValue)])
            .rows.first?.string("state")
    }
}
