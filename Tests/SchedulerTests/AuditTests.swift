import JobModel
import Postgres
import Storage
import Testing

/// Who does what is in the audit log together with what is done, or neither is.
@Suite(.timeLimit(.minutes(5))) struct AuditTests {
    private static let file: JSONValue = [
        "workflow": .string(
            """
            name: w
            triggers:
              - {cron: "@daily", name: s}
              - {event: e, name: t}
            jobs: {a: {command: [x]}}
            """
        ),
        "file": "w.yaml",
    ]
    private static let budget: JSONValue = ["team": "growth", "per": "day"]
    private static let price: JSONValue = ["provider": "p", "model": "m"]

    /// What people do, each with what it is called in the log; `RUN` is a run that lives and `ENDED` one that does not, `BACKFILL` the backfill.
    private static let acts: [(action: String, method: String, path: String, body: JSONObject)] = [
        ("workflow.deploy", "POST", "/v1/workflows", ["files": [file]]),
        ("workflow.pause", "POST", "/v1/workflows/w/pause", [:]),
        ("workflow.resume", "POST", "/v1/workflows/w/resume", [:]),
        ("workflow.pin", "POST", "/v1/workflows/w/pin", [:]),
        ("workflow.unpin", "POST", "/v1/workflows/w/unpin", [:]),
        ("schedule.pause", "POST", "/v1/schedules/w/s/pause", [:]),
        ("schedule.resume", "POST", "/v1/schedules/w/s/resume", [:]),
        ("schedule.trigger", "POST", "/v1/schedules/w/s/trigger", [:]),
        ("trigger.pause", "POST", "/v1/triggers/w/t/pause", [:]),
        ("trigger.resume", "POST", "/v1/triggers/w/t/resume", ["drop": true]),
        ("trigger.retry", "POST", "/v1/triggers/w/t/retry", [:]),
        ("run.prioritize", "POST", "/v1/runs/RUN/prioritize", ["priority": 7]),
        ("run.pause", "POST", "/v1/runs/RUN/pause", [:]),
        ("run.resume", "POST", "/v1/runs/RUN/resume", [:]),
        ("job.mark", "POST", "/v1/runs/RUN/mark", ["job": "extract"]),
        ("run.cancel", "POST", "/v1/runs/RUN/cancel", [:]),
        ("run.retry", "POST", "/v1/runs/ENDED/retry", [:]),
        ("queue.pause", "POST", "/v1/queues/q/pause", [:]),
        ("queue.resume", "POST", "/v1/queues/q/resume", [:]),
        ("weight.set", "PUT", "/v1/weights", ["team": "growth", "weight": 3]),
        ("weight.remove", "DELETE", "/v1/weights", ["team": "growth"]),
        ("budget.set", "PUT", "/v1/budgets", ["team": "growth", "per": "day", "limit_micro_usd": 1]),
        ("budget.remove", "DELETE", "/v1/budgets", budget.objectValue ?? [:]),
        ("price.set", "PUT", "/v1/prices", ["provider": "p", "model": "m", "price": ["input": 1, "output": 1]]),
        ("price.remove", "DELETE", "/v1/prices", price.objectValue ?? [:]),
        (
            "backfill.start", "POST", "/v1/backfills",
            ["workflow": "w", "schedule": "s", "from": "2026-01-01", "to": "2026-01-03"]
        ),
        ("backfill.pause", "POST", "/v1/backfills/BACKFILL/pause", [:]),
        ("backfill.resume", "POST", "/v1/backfills/BACKFILL/resume", [:]),
        ("backfill.cancel", "POST", "/v1/backfills/BACKFILL/cancel", [:]),
    ]

    @Test func anActIsDoneTogetherWithItsNote() async throws {
        try await APIScene.play { scene async throws in
            let live = try await scene.submit()
            let ended = try await scene.submit()
            #expect(try await scene.post("/v1/runs/\(ended)/cancel").status == 202)
            try await Self.prepare(scene)
            var backfill: Int64 = 0
            for (action, method, path, members) in Self.acts {
                let path = path.replacing("RUN", with: "\(live)").replacing("ENDED", with: "\(ended)")
                    .replacing("BACKFILL", with: "\(backfill)")
                var members = members
                members["reason"] = "why"
                let body = JSONValue.object(members).encoded()
                try await Self.setAway(true, scene)
                let before = try await Self.content(scene.pool)
                let refused = try await scene.send(method, path, body: body)
                #expect(refused.status >= 500, "\(action): \(refused)")
                #expect(try await Self.content(scene.pool) == before, "\(action)")
                try await Self.setAway(false, scene)
                let done = try await scene.send(method, path, body: body)
                #expect((200..<300).contains(done.status), "\(action): \(done)")
                if action == "backfill.start" { backfill = done.json["id"]?.integerValue ?? 0 }
                let notes = try await AuditStore(scene.pool).entries(limit: 1000).map(\.note)
                    .filter { $0.action == action && $0.reason == "why" }
                #expect(notes.map(\.actor) == ["test"], "\(action)")
            }
        }
    }

    private static func prepare(_ scene: APIScene) async throws {
        for sql in [
            """
            CREATE FUNCTION chassis.be_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'the log is away' USING ERRCODE = '57P01';
            END $$
            """,
            "CREATE TRIGGER be_away BEFORE INSERT ON chassis.audit FOR EACH ROW EXECUTE FUNCTION chassis.be_away()",
        ] { _ = try await scene.pool.query(PostgresStatement(name: nil, sql: sql)) }
    }

    private static func setAway(_ isAway: Bool, _ scene: APIScene) async throws {
        _ = try await scene.pool.query(
            PostgresStatement(
                name: nil,
                sql: "ALTER TABLE chassis.audit \(isAway ? "ENABLE" : "DISABLE") TRIGGER be_away"
            )
        )
    }

    /// What is in all tables.
    private static func content(_ pool: PostgresPool) async throws -> [String] {
        let tables = try await pool.query(
            "SELECT relname FROM pg_class WHERE relnamespace = 'chassis'::regnamespace AND relkind = 'r' ORDER BY relname"
        ).rows.map { try $0.string("relname") }
        var content: [String] = []
        for table in tables {
            let sql = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS digest FROM chassis.\(table) AS t"
            let digest = try await pool.query(PostgresStatement(name: nil, sql: sql)).rows[0].optionalString("digest")
            content.append("\(table) \(digest ?? "")")
        }
        return content
    }

    /// Whoever is told of a failure does it again.
    @Test func aRunThatIsStartedIsAnsweredThoughItCannotBeShown() async throws {
        try await APIScene.play { scene async throws in
            #expect(try await scene.post("/v1/workflows", ["files": [Self.file]]).status == 200)
            let first = try await scene.submit()
            _ = try await scene.pool.query("ALTER TABLE chassis.attempt RENAME TO aside")
            let submitted = try await scene.post("/v1/runs", ["workflow": .string(APIScene.workflow)])
            #expect(submitted.status == 201 && submitted.json["id"]?.integerValue == first + 1, "\(submitted)")
            let triggered = try await scene.post("/v1/schedules/w/s/trigger")
            #expect(triggered.status == 201 && triggered.json["workflow"] == "w", "\(triggered)")
            let cancelled = try await scene.post("/v1/runs/\(first)/cancel")
            #expect(cancelled.status == 202 && cancelled.json["id"]?.integerValue == first, "\(cancelled)")
        }
    }

    @Test(
        arguments: [
            ("POST", "/v1/queues/q/pause", [:]), ("PUT", "/v1/weights", ["team": "growth", "weight": 3]),
            ("POST", "/v1/triggers/w/t/retry", [:]),
        ] as [(String, String, JSONObject)]
    )
    func aReasonHasABound(_ method: String, _ path: String, _ members: JSONObject) async throws {
        try await APIScene.play { scene async throws in
            var members = members
            members["reason"] = .string(String(repeating: "x", count: 100_000))
            let answer = try await scene.send(method, path, body: JSONValue.object(members).encoded())
            #expect(answer.status == 400 && answer.detail.contains("the most is 4096"), "\(answer)")
        }
    }
}
