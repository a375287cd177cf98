import JobModel
import Logging
import Postgres
import Storage
import Testing

@testable import Scheduler

/// What people do to runs, over the API, and what the audit log says of it.
@Suite struct OperationTests {
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y", isPermanent: true))

    private static func audited(_ scene: APIScene) async throws -> [String] {
        let entries = try await scene.get("/v1/audit").json["audit"]?.arrayValue ?? []
        // Who made the token is in the log too.
        return entries.reversed().filter { $0["actor"] == "test" }.map {
            "\($0["actor"]?.stringValue ?? "") \($0["action"]?.stringValue ?? "") \($0["reason"]?.stringValue ?? "-")"
        }
    }

    @Test func aJobIsMarkedWithAReason() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let path = "/v1/runs/\(id)/mark"
            #expect(try await scene.post(path, ["job": "extract", "output": 1]).detail.contains("reason"))
            let missing = try await scene.post(path, ["job": "none", "output": 1, "reason": "r"])
            #expect(missing.code == "job-not-found")
            #expect(try await scene.post("/v1/runs/99/mark", ["job": "a", "reason": "r"]).code == "run-not-found")
            let answer = try await scene.post(
                path,
                ["job": "extract", "output": ["rows": 3], "reason": "done by hand"]
            )
            #expect(answer.status == 200)
            #expect(answer.json["jobs"]?["succeeded"] == 1)
            #expect(answer.json["jobs"]?["pending"] == 1)
            #expect(try await scene.get("/v1/runs/\(id)/output?job=extract").json == ["rows": 3])
            let again = try await scene.post(path, ["job": "extract", "reason": "r"])
            #expect(again.code == "job-not-markable")
            #expect(try await Self.audited(scene) == ["test job.mark done by hand"])
        }
    }

    @Test func anOutputFitsTheSchemaOfItsJob() async throws {
        try await APIScene.play { scene async throws in
            let source = """
                name: w
                jobs:
                  judge: {llm: {model: m/x, prompt: p, output: {type: object, required: [risk]}}}
                  route: {llm: {model: m/x, prompt: p, choose: [left, right]}}
                """
            let id = try await scene.post("/v1/runs", ["workflow": .string(source)]).json["id"]?.integerValue ?? 0
            func mark(_ job: String, _ output: JSONValue) async throws -> String {
                try await scene.post(
                    "/v1/runs/\(id)/mark",
                    ["job": .string(job), "output": output, "reason": "r"]
                ).code ?? "done"
            }
            #expect(try await mark("judge", ["a": 1]) == "output-invalid")
            #expect(try await mark("judge", ["risk": "low"]) == "done")
            #expect(try await mark("route", "middle") == "output-invalid")
            #expect(try await mark("route", "left") == "done")
        }
    }

    @Test func aLargeOutputGoesToTheStore() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let output = JSONValue.string(String(repeating: "x", count: 20_000))
            let body: JSONValue = ["job": "extract", "output": output, "reason": "r"]
            #expect(try await scene.post("/v1/runs/\(id)/mark", body).status == 200)
            #expect(try await scene.get("/v1/runs/\(id)/output?job=extract").json == output)
        }
    }

    @Test func aRunIsRetriedFromAJob() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            for _ in 0..<2 { try await scene.end(try await scene.claim()) }
            let path = "/v1/runs/\(id)/retry"
            #expect(try await scene.post(path, ["from": "none"]).code == "job-not-found")
            #expect(try await scene.post(path, ["from": "extract", "all": true]).code == "bad-request")
            let kept = try await scene.post(path, ["from": "publish", "fresh": ["extract"]])
            #expect(kept.code == "run-not-retryable" && kept.detail.contains("extract"))
            let answer = try await scene.post(path, ["from": "publish", "fresh": ["publish"], "reason": "again"])
            #expect(answer.status == 202)
            #expect(answer.json["jobs"]?["pending"] == 1)
            #expect(answer.json["jobs"]?["succeeded"] == 1)
            #expect(try await Self.audited(scene) == ["test run.retry again"])
        }
    }

    @Test func manyRunsAreShownThenCancelledSetBySet() async throws {
        try await APIScene.play { scene async throws in
            for _ in 0..<130 { _ = try await scene.submit() }
            let filter: JSONValue = ["workflow": "report", "states": ["queued"]]
            func bulk(_ more: JSONObject) async throws -> Answer {
                var body: JSONObject = ["action": "cancel", "filter": filter]
                for (key, value) in more { body[key] = value }
                return try await scene.post("/v1/bulk", .object(body))
            }
            let preview = try await bulk(["dry_run": true])
            #expect(preview.json["matched"] == 130)
            #expect(preview.json["runs"]?.arrayValue?.count == 20)
            #expect(try await scene.get("/v1/runs?state=cancelled").json["runs"]?.arrayValue?.isEmpty == true)
            let first = try await bulk(["reason": "cleaning"])
            #expect(first.json["done"] == 100)
            let next = try #require(first.json["next"]?.integerValue)
            let second = try await bulk(["before": .integer(next)])
            #expect(second.json["done"] == 30)
            #expect(second.json["next"]?.isNull == true)
            #expect(try await bulk([:]).json["done"] == 0)
            #expect(try await Self.audited(scene).contains("test run.cancel.bulk cleaning"))
            let retried = try await scene.post(
                "/v1/bulk",
                ["action": "retry", "filter": ["workflow": "report", "states": ["cancelled"]]]
            )
            #expect(retried.json["done"] == 100)
            let moved = try await scene.post(
                "/v1/bulk",
                ["action": "prioritize", "priority": 7, "filter": ["workflow": "report"]]
            )
            #expect(moved.json["done"] == 100)
            #expect(try await scene.post("/v1/bulk", ["action": "cancel"]).detail.contains("selects every run"))
            #expect(try await scene.post("/v1/bulk", ["action": "burn", "filter": filter]).code == "bad-request")
        }
    }

    @Test func actsOnMoneySchedulesAndDeploymentsAreNoted() async throws {
        try await APIScene.play { scene async throws in
            let source: JSONValue = "name: w\ntriggers: [{every: 1h}]\njobs: {a: {command: [x]}}\n"
            func deploy(_ text: JSONValue, _ more: JSONObject = [:]) async throws -> Answer {
                var body: JSONObject = ["files": [["workflow": text, "file": "w.yaml"]]]
                for (key, value) in more { body[key] = value }
                return try await scene.post("/v1/workflows", .object(body))
            }
            _ = try await deploy(source, ["reason": "first"])
            _ = try await deploy(source)
            _ = try await scene.post("/v1/schedules/w/every/pause", ["reason": "holiday"])
            _ = try await scene.post("/v1/schedules/w/every/resume")
            _ = try await scene.post("/v1/schedules/w/every/trigger")
            let budget: JSONValue = ["team": "red", "per": "day", "limit_micro_usd": 5, "reason": "saving"]
            #expect(try await scene.send("PUT", "/v1/budgets", body: budget.encoded()).status == 200)
            let price: JSONValue = ["provider": "m", "model": "x", "price": ["input": 1, "output": 2]]
            #expect(try await scene.send("PUT", "/v1/prices", body: price.encoded()).status == 200)
            _ = try await scene.post(
                "/v1/backfills",
                ["workflow": "w", "schedule": "every", "from": "2026-01-01", "to": "2026-01-01", "reason": "late data"]
            )
            _ = try await scene.post("/v1/backfills/1/cancel")
            #expect(
                try await Self.audited(scene) == [
                    "test workflow.deploy first", "test schedule.pause holiday", "test schedule.resume -",
                    "test schedule.trigger -", "test budget.set saving", "test price.set -",
                    "test backfill.start late data", "test backfill.cancel -",
                ]
            )
            let changed = try await deploy("name: w\njobs: {b: {command: [x]}}\n", ["dry_run": true, "diff": true])
            #expect(changed.json["workflows"]?[0]?["before"] == source)
        }
    }

    @Test func aRunTakesTheVersionThatIsNamed() async throws {
        try await APIScene.play { scene async throws in
            for job in ["a", "b"] {
                let text = JSONValue.string("name: w\njobs: {\(job): {command: [x]}}\n")
                _ = try await scene.post("/v1/runs", ["workflow": text])
            }
            #expect(try await scene.post("/v1/runs", ["name": "w"]).json["version"] == 2)
            #expect(try await scene.post("/v1/runs", ["name": "w", "version": 1]).json["version"] == 1)
            #expect(try await scene.post("/v1/runs", ["name": "w", "version": 3]).code == "workflow-not-found")
            #expect(try await scene.post("/v1/runs", ["name": "none"]).code == "workflow-not-found")
        }
    }

    /// A deployment may be larger than any other request.
    @Test func aLargeFolderIsDeployed() async throws {
        try await APIScene.play { scene async throws in
            let comment = String(repeating: "# \(String(repeating: "x", count: 998))\n", count: 900)
            let files = (0..<4).map { place -> JSONValue in
                ["workflow": .string("name: w\(place)\njobs: {a: {command: [x]}}\n\(comment)"), "file": "w.yaml"]
            }
            let answer = try await scene.post("/v1/workflows", ["files": .array(files)])
            #expect(answer.status == 200)
            #expect(answer.json["workflows"]?.arrayValue?.count == 4)
        }
    }

    @Test func whatTakesTooLongIsEnded() async throws {
        try await APIScene.play { scene async throws in
            let source = """
                name: w
                deadline: {within: 1s, otherwise: cancel}
                jobs: {a: {command: [x], queue_timeout: 1s}}
                """
            let id = try await scene.post("/v1/runs", ["workflow": .string(source)]).json["id"]?.integerValue ?? 0
            let service = WatchService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            #expect(try await service.pass(now: "2099-01-01T00:00:00Z") == 2)
            #expect(try await service.pass(now: "2099-01-02T00:00:00Z") == 0)
            let run = try await scene.get("/v1/runs/\(id)").json
            #expect(["failed", "cancelled"].contains(run["state"]?.stringValue))
            #expect(run["deadlines"]?[0]?["otherwise"] == "cancel")
            #expect(run["deadlines"]?[0]?["passed_at"]?.isNull == false)
        }
    }

    /// The job is on its way to a worker whenever somebody looks, and has not ended.
    @Test func aDeadlineIsNotCrossedOffWhileItsJobIsBeingClaimed() async throws {
        try await APIScene.play { scene async throws in
            let source = """
                name: w
                jobs: {a: {command: [x], deadline: {within: 1s, otherwise: fail}}}
                """
            let id = try await scene.post("/v1/runs", ["workflow": .string(source)]).json["id"]?.integerValue ?? 0
            let service = WatchService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            try await scene.pool.withConnection { connection in
                try await connection.execute("BEGIN; DELETE FROM chassis.ready")
                #expect(try await service.pass(now: "2099-01-01T00:00:00Z") == 1)
                try await connection.execute("ROLLBACK")
            }
            #expect(try await service.pass(now: "2099-01-01T00:00:11Z") == 1)
            #expect(try await scene.get("/v1/runs/\(id)").json["state"] == "failed")
        }
    }

    /// Has the database refuse to end a run.
    private static func refuseEnding(of run: Int64, as state: String = "P0001", _ scene: APIScene) async throws {
        for sql in [
            """
            CREATE FUNCTION chassis.refuse_ending() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'this run does not end' USING ERRCODE = '\(state)';
            END $$
            """,
            """
            CREATE TRIGGER refuse_ending BEFORE INSERT ON chassis.ended_run FOR EACH ROW
            WHEN (NEW.run_id = \(run)) EXECUTE FUNCTION chassis.refuse_ending()
            """,
        ] { _ = try await scene.pool.query(PostgresStatement(name: nil, sql: sql)) }
    }

    /// What is wrong with one run is wrong with that one alone.
    @Test(arguments: [0, 1]) func oneDeadlineThatCannotBeKeptHoldsUpNoOther(_ bad: Int) async throws {
        try await APIScene.play { scene async throws in
            let source = """
                name: w
                deadline: {within: 1s, otherwise: fail}
                jobs: {a: {command: [x]}}
                """
            var runs: [Int64] = []
            for _ in 0..<2 {
                let answer = try await scene.post("/v1/runs", ["workflow": .string(source)])
                runs.append(answer.json["id"]?.integerValue ?? 0)
            }
            try await Self.refuseEnding(of: runs[bad], scene)
            let service = WatchService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            await #expect(throws: PostgresError.self) { try await service.pass(now: "2099-01-01T00:00:00Z") }
            #expect(try await scene.get("/v1/runs/\(runs[bad])").json["state"] == "queued")
            #expect(try await scene.get("/v1/runs/\(runs[1 - bad])").json["state"] == "failed")
        }
    }

    @Test(arguments: [0, 1], ["P0001", "57014", "55P03"])
    func oneRunThatCannotBeCancelledHoldsUpNoOther(_ bad: Int, _ state: String) async throws {
        try await APIScene.play { scene async throws in
            let runs = [try await scene.submit(), try await scene.submit()]
            try await Self.refuseEnding(of: runs[bad], as: state, scene)
            let answer = try await scene.post("/v1/bulk", ["action": "cancel", "filter": ["workflow": "report"]])
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.json["done"] == 1)
            #expect(answer.json["refused"]?.arrayValue?.compactMap { $0["run"]?.integerValue } == [runs[bad]])
            #expect(try await scene.get("/v1/runs/\(runs[1 - bad])").json["state"] == "cancelled")
        }
    }
}
