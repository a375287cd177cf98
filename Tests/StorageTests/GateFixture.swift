import JobModel
import Postgres
import TestSupport

@testable import Storage

extension QueueFixture {
    /// Starts a run of one job a name, each with the same gates.
    @discardableResult
    func submit(
        _ names: [String] = ["only"],
        workflow: String = "w",
        team: String = "default",
        gates: [Gate] = [],
        runGates: [Gate] = [],
        share: LineShare? = nil,
        priority: Int16 = 0,
        now: String? = nil
    ) async throws -> RunID {
        var submission = RunStore.Submission(
            workflow: workflow,
            source: "source",
            team: team,
            jobs: names.map { .init(name: $0, kind: "llm", priority: priority, gates: gates) }
        )
        submission.gates = runGates
        submission.share = share
        return try await runs.submit(submission, now: now).run
    }

    var gates: GateStore { GateStore(pool) }

    func count(_ query: String) async throws -> Int {
        try await pool.query(PostgresStatement(name: nil, sql: "SELECT (\(query))::bigint AS count"))
            .rows.first?.int("count") ?? 0
    }

    func held() async throws -> Int {
        try await count("SELECT count(*) FROM chassis.waiting WHERE reason = 'held'")
    }

    func pending() async throws -> Int { try await count("SELECT count(*) FROM chassis.ready") }

    /// Has the sessions of workers end, and gives their jobs back.
    func loseWorkers(poisonLimit: Int = 1000) async throws {
        try await pool.withConnection { connection in
            try await connection.execute("UPDATE chassis.session SET lease_expires_at = now() - interval '1 second'")
            _ = try await RepairLook.take(grace: .milliseconds(300), on: connection)
            _ = try await SessionStore().rescue(poisonLimit: poisonLimit, on: connection)
            try await connection.execute("UPDATE chassis.session SET ended_at = NULL, end_reason = NULL")
        }
    }
}

extension Gate {
    static func jobs(_ most: Int, _ key: String = "") -> Gate {
        Gate(holder: .job, scope: "job w/only", key: key, most: most)
    }

    static func runs(_ most: Int, _ key: String = "") -> Gate {
        Gate(holder: .run, scope: "workflow w", key: key, most: most)
    }

    static func rate(_ most: Int, _ period: Duration, holder: Holder = .job) -> Gate {
        Gate(holder: holder, scope: "job w/only", most: most, period: period)
    }
}
