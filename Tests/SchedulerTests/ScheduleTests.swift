import JobModel
import Logging
import Postgres
import TestSupport
import Testing

@testable import Scheduler
@testable import Storage

@Suite struct ScheduleTests {
    private static func source(_ trigger: String, name: String = "w") -> JSONValue {
        .string("name: \(name)\nparams: {at: {}}\ntriggers:\n  - \(trigger)\njobs: {a: {command: [x]}}\n")
    }

    private static func deploy(
        _ scene: APIScene,
        _ sources: [JSONValue],
        prune: Bool = false,
        dryRun: Bool = false
    ) async throws -> [String] {
        let files = sources.map { JSONValue.object(["workflow": $0, "file": "w.yaml"]) }
        let answer = try await scene.post(
            "/v1/workflows",
            ["files": .array(files), "prune": .bool(prune), "dry_run": .bool(dryRun)]
        )
        #expect(answer.status == 200, "\(answer)")
        return answer.json["workflows"]?.arrayValue?.map {
            "\($0["name"]?.stringValue ?? "") \($0["change"]?.stringValue ?? "")"
        } ?? []
    }

    private static func rewind(_ pool: PostgresPool, seconds: Int) async throws {
        _ = try await pool.query(
            PostgresStatement(
                name: nil,
                sql: """
                    UPDATE chassis.schedule
                    SET next_due = date_trunc('second', now()) - $1::bigint * interval '1 second',
                        next_at = date_trunc('second', now()) - $1::bigint * interval '1 second'
                    """
            ),
            [.integer(seconds)]
        )
    }

    @Test func aDeploymentSaysWhatChanges() async throws {
        try await APIScene.play { scene async throws in
            let first = Self.source("{every: 1h, params: {at: x}}")
            #expect(try await Self.deploy(scene, [first], dryRun: true) == ["w new"])
            #expect(try await scene.get("/v1/schedules").json == ["schedules": []])
            #expect(try await Self.deploy(scene, [first]) == ["w new"])
            #expect(try await Self.deploy(scene, [first]) == ["w unchanged"])
            let other = Self.source("{every: 1h, params: {at: y}}")
            #expect(
                try await Self.deploy(scene, [other, Self.source("{every: 2h, params: {at: z}}", name: "v")]) == [
                    "v new", "w changed",
                ]
            )
            #expect(try await Self.deploy(scene, [other], prune: true) == ["w unchanged", "v retired"])
            let schedules = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue ?? []
            #expect(schedules.map { $0["paused_at"]?.isNull } == [false, true])
            #expect(schedules.map { $0["version"] } == [1, 2])
            #expect(try await scene.post("/v1/runs/1").status == 405)
            #expect(try await scene.get("/v1/runs").json == ["runs": []])
        }
    }

    @Test func workflowsThatWouldStartEachOtherAreNotDeployed() async throws {
        try await APIScene.play { scene async throws in
            let files = [("a", "y", "x"), ("b", "x", "y")].map { name, hears, tells -> JSONValue in
                let source =
                    "name: \(name)\ntriggers: [{asset: \(hears)}]\njobs: {j: {command: [x], produces: [\(tells)]}}\n"
                return ["workflow": .string(source), "file": .string("\(name).yaml")]
            }
            let answer = try await scene.post("/v1/workflows", ["files": .array(files)])
            #expect(answer.code == "workflow-invalid", "\(answer)")
            #expect(answer.json["faults"]?.arrayValue?.first?["path"] == "triggers", "\(answer)")
            #expect(try await scene.get("/v1/triggers").json == ["triggers": []])
        }
    }

    @Test func twoFilesOfOneWorkflowAreNamed() async throws {
        try await APIScene.play { scene async throws in
            let source = Self.source("{every: 1h, params: {at: x}}")
            let files = ["a.yaml", "b.yml"].map { JSONValue.object(["workflow": source, "file": .string($0)]) }
            let answer = try await scene.post("/v1/workflows", ["files": .array(files)])
            #expect(answer.detail.hasPrefix("a.yaml and b.yml are both called \"w\""), "\(answer)")
        }
    }

    @Test func aNewVersionKeepsWhatTheScheduleHasComeTo() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: x}}")])
            #expect(try await scene.post("/v1/schedules/w/every/pause").status == 200)
            let before = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue?.first
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: y}}")])
            let after = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue?.first
            #expect(after?["version"] == 2)
            #expect(after?["paused_at"] == before?["paused_at"])
            #expect(after?["next_due_at"] == before?["next_due_at"])
            let resumed = try await scene.post("/v1/schedules/w/every/resume")
            #expect(resumed.json["paused_at"]?.isNull == true)
            #expect(try await scene.post("/v1/schedules/w/none/pause").code == "schedule-not-found")
        }
    }

    /// What could not be started is not put off until the next due time by the file that mends it.
    @Test func aFileThatMendsAScheduleHasItTriedAtOnce() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: x}}")])
            _ = try await scene.pool.query(
                """
                UPDATE chassis.schedule
                SET next_due = next_due - interval '1h', next_at = now() + interval '30s', error = 'something was wrong'
                """
            )
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: y}}")])
            let service = ScheduleService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            try await service.pass()
            let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
            #expect(runs.map { $0["params"]?["at"] } == ["y"])
        }
    }

    @Test func aTriggerStartsARunWithItsParams() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: \"${{ trigger.schedule }}\"}}")])
            let answer = try await scene.post("/v1/schedules/w/every/trigger")
            #expect(answer.status == 201)
            #expect(answer.json["params"] == ["at": "w/every"])
            #expect(try await scene.claim().name == "a")
        }
    }

    @Test func aScheduleWaitsForItsRun() async throws {
        try await APIScene.play { scene async throws in
            let source = Self.source(
                "{every: 1s, overlap: queue-all, catchup: all, params: {at: \"${{ trigger.due_at }}\"}}"
            )
            _ = try await Self.deploy(scene, [source])
            try await Self.rewind(scene.pool, seconds: 60)
            let service = ScheduleService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            for number in 1...3 {
                try await service.pass()
                try await service.pass()
                let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
                #expect(runs.count == number)
                let waits = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue?.first?["waits_for_run"]
                #expect(waits == runs.first?["id"])
                try await scene.end(try await scene.claim())
            }
        }
    }

    /// The times are those of the database's clock, which is set.
    @Test func aClockThatIsSetRepeatsNothing() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: \"${{ trigger.due_at }}\"}}")])
            _ = try await scene.pool.query(
                "UPDATE chassis.schedule SET next_due = '2030-01-01 00:00Z', next_at = '2030-01-01 00:00Z'"
            )
            let starter = ScheduleStarter(scene.pool)
            #expect(try await starter.startNext(now: "2030-01-01 00:00:00.001Z")?.run != nil)
            // Back by a day, and up to the same moment again.
            for now in ["2029-12-31 00:00Z", "2030-01-01 00:00Z", "2030-01-01 00:59:59Z"] {
                #expect(try await starter.startNext(now: now) == nil)
            }
            // Forward by two days: the last due time alone is made up for.
            #expect(try await starter.startNext(now: "2030-01-03 00:30Z")?.run != nil)
            #expect(try await starter.startNext(now: "2030-01-03 00:30Z") == nil)
            let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
            #expect(
                runs.map { $0["params"]?["at"] } == ["2030-01-03T00:00:00+00:00", "2030-01-01T00:00:00+00:00"]
            )
        }
    }

    /// What cannot be started shows why, and holds nobody up.
    @Test func aBrokenScheduleIsPutOff() async throws {
        try await APIScene.play { scene async throws in
            let params = "params: {at: x}"
            _ = try await Self.deploy(
                scene,
                [Self.source("{every: 1h, \(params)}", name: "a"), Self.source("{every: 1h, \(params)}", name: "b")]
            )
            try await Self.rewind(scene.pool, seconds: 10)
            _ = try await scene.pool.query(
                "UPDATE chassis.workflow_version SET source = 'broken: 1' WHERE version_id = (SELECT min(version_id) FROM chassis.schedule)"
            )
            let service = ScheduleService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            try await service.pass()
            let schedules = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue ?? []
            #expect(schedules.map { $0["error"]?.isNull } == [false, true])
            #expect(schedules.map { $0["last_run"]?.isNull } == [true, false])
            #expect(schedules[0]["error"]?.stringValue?.contains("unknown key \"broken\"") == true)
        }
    }

    /// The ordered index alone is walked, however many schedules there are.
    @Test func looksAtWhatIsDueAlone() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, [Self.source("{every: 1h, params: {at: x}}")])
            _ = try await scene.pool.query(
                """
                INSERT INTO chassis.schedule
                    (workflow_id, name, version_id, rule, summary, timezone, catchup, overlap, next_due, next_at, created_at)
                SELECT workflow_id, 's' || n, version_id, '', '', 'UTC', 'all', 'allow', next_due, next_at + n * interval '1s', now()
                FROM chassis.schedule, generate_series(1, 5000) AS n
                """
            )
            _ = try await scene.pool.query("ANALYZE chassis.schedule")
            let plan = try await scene.pool.query(
                PostgresStatement(name: nil, sql: "EXPLAIN " + Statement.takeSchedule.sql.replacing("$1", with: "NULL"))
            ).rows.map { try $0.string("QUERY PLAN") }.joined(separator: "\n")
            #expect(plan.contains("schedule_next") && plan.contains("Index Cond"), "\(plan)")
            #expect(!plan.contains("Sort") && !plan.contains("Seq Scan"), "\(plan)")
        }
    }

    /// Several schedulers start what is due, each cancelled and begun again at random places.
    @Test(arguments: [1, 2]) func eachDueTimeHasOneRun(_ seed: UInt64) async throws {
        try await APIScene.play { scene async throws in
            let sources = (0..<4).map { number in
                Self.source("{every: 1s, catchup: all, params: {at: \"${{ trigger.due_at }}\"}}", name: "w\(number)")
            }
            _ = try await Self.deploy(scene, sources)
            try await Self.rewind(scene.pool, seconds: 100)
            // Nothing is due behind these.
            let last = try await scene.pool.query("SELECT (extract(epoch FROM now())::bigint - 1)::text AS last").rows[
                0
            ].string("last")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for scheduler in 0..<3 {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed * 10 + UInt64(scheduler))
                        let service = ScheduleService(
                            pool: scene.pool,
                            notifier: ReadyNotifier(scene.pool),
                            logger: Logger(label: "test")
                        )
                        for _ in 0..<10 {
                            let attempt = Task { try await service.pass() }
                            let pause = Int.random(in: 1...40, using: &generator)
                            try await ContinuousClock().sleep(for: .milliseconds(pause))
                            attempt.cancel()
                            // A cancelled pass leaves its due time to the next.
                            try? await attempt.value
                        }
                        try await service.pass()
                    }
                }
                try await group.waitForAll()
            }
            let row = try await scene.pool.query(
                PostgresStatement(
                    name: nil,
                    sql: """
                        SELECT count(*) AS runs, count(DISTINCT (version_id, params->>'at')) AS times,
                               (SELECT count(*) FROM chassis.due_time WHERE run_id IS NOT NULL
                                AND extract(epoch FROM due_at)::bigint <= $1::bigint) AS noted,
                               (SELECT count(*) FROM chassis.due_time WHERE run_id IS NULL) AS lost
                        FROM chassis.run WHERE extract(epoch FROM (params->>'at')::timestamptz)::bigint <= $1::bigint
                        """
                ),
                [.text(last)]
            ).rows[0]
            #expect(try row.int("runs") == row.int("times"))
            #expect(try row.int("runs") == row.int("noted"))
            #expect(try row.int("noted") >= 390)
            #expect(try row.int("lost") == 0)
        }
    }
}
