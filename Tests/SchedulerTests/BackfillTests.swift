import Access
import JobModel
import Logging
import Postgres
import Testing

@testable import Scheduler
@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct BackfillTests {
    private static let workflow = """
        name: w
        params: {at: {}}
        triggers: [{cron: "@daily", params: {at: "${{ trigger.date }}"}}]
        jobs: {a: {command: [x]}}
        """

    private static func range(_ more: JSONObject = [:]) -> JSONValue {
        var body: JSONObject = [
            "workflow": "w", "schedule": "cron", "from": "2026-01-01", "to": "2026-01-05", "limit": 2,
        ]
        for (key, value) in more { body[key] = value }
        return .object(body)
    }

    private static func play(
        _ workflow: String = workflow,
        _ test: (APIScene, BackfillService) async throws -> Void
    ) async throws {
        try await APIScene.play { scene async throws in
            let file: JSONValue = ["workflow": .string(workflow), "file": "w.yaml"]
            #expect(try await scene.post("/v1/workflows", ["files": [file]]).status == 200)
            let notifier = ReadyNotifier(scene.pool)
            try await test(scene, BackfillService(pool: scene.pool, notifier: notifier, logger: Logger(label: "test")))
        }
    }

    private static func dates(_ scene: APIScene) async throws -> [String] {
        let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
        return runs.reversed().compactMap { $0["params"]?["at"]?.stringValue }
    }

    @Test func keepsToItsLimitAndItsOrder() async throws {
        try await Self.play { scene, service in
            let trial = try await scene.post("/v1/backfills", Self.range(["dry_run": true, "newest_first": true]))
            #expect(trial.json["due_times"]?.arrayValue?.first == "2026-01-05T00:00:00+00:00")
            #expect(trial.json["due_times"]?.arrayValue?.count == 5)
            let added = try await scene.post("/v1/backfills", Self.range(["newest_first": true]))
            #expect(added.status == 201, "\(added)")
            #expect(added.json["due_times"]?["pending"] == 5)
            try await service.pass()
            try await service.pass()
            #expect(try await Self.dates(scene) == ["2026-01-05", "2026-01-04"])
            // Live work goes first, though it came later.
            _ = try await scene.post("/v1/schedules/w/cron/trigger")
            let live = try await scene.claim()
            #expect(live.run.rawValue == 3)
            for _ in 0..<2 {
                for _ in 0..<2 { try await scene.end(try await scene.claim()) }
                try await service.pass()
            }
            try await scene.end(try await scene.claim())
            try await service.pass()
            let shown = try await scene.get("/v1/backfills/1").json
            #expect(shown["state"] == "done")
            #expect(shown["due_times"]?["succeeded"] == 5)
        }
    }

    @Test func retriesOnlyWhatFailed() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-02"]))
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            try await service.pass()
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["failed"] == 1)
            #expect(try await scene.post("/v1/backfills/1/retry").json["due_times"]?["pending"] == 1)
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await service.pass()
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["succeeded"] == 2)
            #expect(try await Self.dates(scene).count == 2)
            #expect(try await scene.post("/v1/backfills/1/retry").code == "backfill-not-active")
        }
    }

    /// Whoever waits for a run that is to be retried holds up nobody who sets a budget, and so no call.
    @Test func locksAllRunsThatItRetriesFirst() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-02"]))
            try await service.pass()
            for _ in 0..<2 {
                try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            }
            try await service.pass()
            _ = try await scene.post("/v1/backfills/1/retry")
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await scene.pool.transaction { connection in
                    let last: PostgresStatement = """
                        SELECT run_id FROM chassis.ended_run ORDER BY run_id DESC LIMIT 1 FOR UPDATE
                        """
                    #expect(try await connection.query(last).rows.count == 1)
                    group.addTask { try await service.pass() }
                    while try await scene.pool.query(
                        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    ).rows.isEmpty {}
                    let free = try await scene.pool.query("SELECT pg_try_advisory_xact_lock(7160546, 1) AS is_free")
                    #expect(try free.rows[0].bool("is_free"))
                }
                try await group.waitForAll()
            }
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["running"] == 2)
        }
    }

    /// A backfill that is cancelled while somebody has it go on: neither sees the other until then.
    @Test func isCancelledWithWhatIsRetriedJustNow() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-02"]))
            try await service.pass()
            for _ in 0..<2 {
                try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            }
            try await service.pass()
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await scene.pool.transaction { connection in
                    _ = try await connection.query(Statement.lockBackfill, [.integer(1)])
                    _ = try await connection.query(Statement.retryBackfill, [.integer(1)])
                    group.addTask {
                        let answer = try await scene.post("/v1/backfills/1/cancel")
                        #expect(answer.status == 200, "\(answer)")
                    }
                    while try await scene.pool.query(
                        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    ).rows.isEmpty {}
                }
                try await group.waitForAll()
            }
            try await service.pass()
            let shown = try await scene.get("/v1/backfills/1").json
            #expect(shown["state"] == "cancelled" && shown["due_times"]?["pending"] == 0, "\(shown)")
        }
    }

    /// Runs are past their retention while their backfill is paused, or cannot go on and so is looked at by nobody else.
    @Test(arguments: [true, false]) func knowsHowRunsHaveEndedThatAreGone(_ isPaused: Bool) async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-02"]))
            try await service.pass()
            if isPaused { _ = try await scene.post("/v1/backfills/1/pause") }
            try await scene.end(try await scene.claim())
            try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            let retention = RetentionStore(scene.pool)
            try await scene.pool.transaction { connection in
                _ = try await connection.query("SELECT FROM chassis.backfill_item FOR UPDATE")
                // Whoever settles them may fail yet.
                #expect(try await retention.pruneRuns(endedBefore: .zero, limit: 10, now: "2100-01-01") == [])
            }
            #expect(try await retention.pruneRuns(endedBefore: .zero, limit: 10, now: "2100-01-01").count == 2)
            if isPaused { _ = try await scene.post("/v1/backfills/1/resume") }
            try await service.pass()
            let shown = try await scene.get("/v1/backfills/1").json["due_times"]
            #expect(shown?["succeeded"] == 1 && shown?["failed"] == 1, "\(shown ?? .null)")
            // Its run is gone, so there is another one.
            _ = try await scene.post("/v1/backfills/1/retry")
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await service.pass()
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["succeeded"] == 2)
        }
    }

    @Test func pausesAndCancels() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range())
            #expect(try await scene.post("/v1/backfills/1/pause").json["state"] == "paused")
            try await service.pass()
            #expect(try await Self.dates(scene).isEmpty)
            #expect(try await scene.post("/v1/backfills/1/resume").json["state"] == "active")
            try await service.pass()
            let cancelled = try await scene.post("/v1/backfills/1/cancel").json
            #expect(cancelled["due_times"]?["cancelled"] == 5)
            #expect(try await scene.get("/v1/runs?state=cancelled").json["runs"]?.arrayValue?.count == 2)
            #expect(try await scene.post("/v1/backfills/1/pause").code == "backfill-not-active")
            #expect(try await scene.post("/v1/backfills", Self.range(["to": "2025-01-01"])).code == "bad-request")
            #expect(try await scene.post("/v1/backfills", Self.range(["schedule": "x"])).code == "schedule-not-found")
        }
    }

    /// A job with a rule, whose needed jobs have all ended, waits for nobody but who judges the run.
    @Test func aRetryGoesThroughTheRulesOfTheRun() async throws {
        let workflow = Self.workflow.replacing(
            "jobs: {a: {command: [x]}}",
            with: "jobs: {a: {command: [x]}, b: {needs: [a], runs: all_done, command: [x]}}"
        )
        try await Self.play(workflow) { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-01"]))
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            try await service.pass()
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["failed"] == 1)
            _ = try await scene.post("/v1/backfills/1/retry")
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await service.pass()
            #expect(try await scene.get("/v1/runs/1").json["state"] == "succeeded")
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["succeeded"] == 1)
        }
    }

    /// How many runs are under way at once is the backfill's own affair.
    @Test(arguments: ["singleton: true", "debounce: {wait: 1h}"])
    func eachHasARunWhateverTheFileSaysOfStarts(_ start: String) async throws {
        try await Self.play(Self.workflow + "\nstart: {\(start)}") { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-03", "limit": 3]))
            try await service.pass()
            let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
            #expect(runs.map { $0["state"] } == ["queued", "queued", "queued"])
            #expect(try await scene.get("/v1/backfills/1").json["due_times"]?["running"] == 3)
        }
    }

    /// One that can start no run holds no other up.
    @Test func refusesWhatHasNoParams() async throws {
        let workflow = Self.workflow.replacing("at: {}", with: "at: {enum: [\"2026-01-03\"]}")
        try await Self.play(workflow) { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range())
            try await service.pass()
            #expect(try await Self.dates(scene) == ["2026-01-03"])
            let shown = try await scene.get("/v1/backfills/1").json
            #expect(shown["due_times"]?["refused"] == 4 && shown["items"] == shown["due_times"], "\(shown)")
            let items = try await scene.get("/v1/backfills/1/items?state=refused&limit=1").json["items"]?.arrayValue
            #expect(items?.first?["due_at"] == "2026-01-01T00:00:00.000000Z")
            #expect(items?.first?["error"]?.stringValue?.contains("at") == true)
        }
    }

    /// Whoever asks how far it is is told why it stands still.
    @Test func showsWhyItCannotGoOn() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range())
            let rows = try await scene.pool.query("SELECT source FROM chassis.workflow_version").rows
            let source = try rows[0].string("source")
            _ = try await scene.pool.query("UPDATE chassis.workflow_version SET source = 'name: ['")
            await #expect(throws: BackfillFault.self) { try await service.pass() }
            let stuck = try await scene.get("/v1/backfills/1").json
            #expect(stuck["state"] == "active" && stuck["error"]?.stringValue?.isEmpty == false, "\(stuck)")
            _ = try await scene.pool.query("UPDATE chassis.workflow_version SET source = $1::text", [.text(source)])
            try await service.pass()
            let shown = try await scene.get("/v1/backfills/1").json
            #expect(shown["error"] == .null && shown["items"]?["running"] == 2, "\(shown)")
        }
    }

    @Test func leavesOutWhatHasHadARun() async throws {
        try await Self.play { scene, service in
            let first = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-02"])).json
            #expect(first["left_out"] == 0)
            try await service.pass()
            let trial = try await scene.post("/v1/backfills", Self.range(["dry_run": true])).json
            #expect(trial["due_times"]?.arrayValue?.first == "2026-01-03T00:00:00+00:00")
            #expect(trial["left_out"] == 2)
            let second = try await scene.post("/v1/backfills", Self.range()).json
            #expect(second["due_times"]?["pending"] == 3 && second["left_out"] == 2)
            #expect(try await scene.post("/v1/backfills", Self.range(["again": true])).json["left_out"] == 0)
        }
    }

    /// Who starts a schedule by hand, or has it made up for what lies behind, does not approve what its runs ask.
    @Test func itsRunsAreAskedForByWhoAskedForIt() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.range(["to": "2026-01-01"]))
            try await service.pass()
            _ = try await scene.post("/v1/schedules/w/cron/trigger")
            let rows = try await scene.pool.query("SELECT requested_by FROM chassis.run").rows
            #expect(try rows.map { try $0.optionalString("requested_by") } == ["test", "test"])
        }
    }

    /// What is still to come, or waits for its turn, its schedule starts.
    @Test func leavesToItsScheduleWhatThatStartsItself() async throws {
        try await Self.play { scene, service in
            _ = try await scene.pool.query(
                "UPDATE chassis.schedule SET next_due = '2026-01-04 00:00Z', next_at = '2100-01-01 00:00Z'"
            )
            let wanted = Self.range(["from": "2026-01-03", "to": "2101-01-01", "dry_run": true])
            let running = try await scene.post("/v1/backfills", wanted).json
            #expect(running["due_times"] == ["2026-01-03T00:00:00+00:00"], "\(running)")
            let own = try await scene.post("/v1/backfills", Self.range(["from": "2026-01-04", "to": "2026-01-06"]))
            #expect(own.code == "backfill-empty" && own.json["left_out"] == 3, "\(own)")
            #expect(own.json["detail"]?.stringValue?.contains("itself") == true, "\(own)")
            _ = try await scene.post("/v1/schedules/w/cron/pause")
            // A schedule that is paused leaves out what has come meanwhile.
            let paused = try await scene.post("/v1/backfills", wanted).json
            let now = try await scene.pool.query("SELECT (now() AT TIME ZONE 'UTC')::date::text AS today").rows[0]
            let last = paused["due_times"]?.arrayValue?.last?.stringValue ?? ""
            #expect(try last.hasPrefix(now.string("today")) && paused["left_out"] == 0, "\(last)")
        }
    }

    /// All connections may be in transactions that wait for one.
    @Test(.timeLimit(.minutes(1))) func isMadeWithOneConnection() async throws {
        try await Self.play { scene, _ in
            let alone = PostgresPool(.init(conninfo: scene.conninfo, applicationName: "test"), size: 1)
            try await RunningAPI.serve(alone) { api in
                let answer = try await Answer.send(
                    "POST",
                    "/v1/backfills",
                    to: api.address,
                    token: scene.token.reveal(),
                    body: Self.range().encoded()
                )
                #expect(answer.status == 201, "\(answer)")
            }
            await alone.close()
        }
    }

    /// Nothing is made where there is nothing to start, and whoever asked is told why.
    @Test func isNotMadeWhereNothingIsLeft() async throws {
        try await Self.play { scene, service in
            let none: JSONObject = ["from": "2026-01-01T01:00:00Z", "to": "2026-01-01T23:00:00Z"]
            var wanted = none
            wanted["dry_run"] = true
            let trial = try await scene.post("/v1/backfills", Self.range(wanted))
            #expect(trial.status == 200 && trial.json["due_times"] == [] && trial.json["left_out"] == 0, "\(trial)")
            let empty = try await scene.post("/v1/backfills", Self.range(none))
            #expect(empty.status == 409 && empty.code == "backfill-empty")
            #expect(
                empty.json["detail"]?.stringValue
                    == "the schedule \"w/cron\" was due at no time from 2026-01-01T01:00:00Z to "
                    + "2026-01-01T23:00:00Z; take a longer range ('chassis schedule next FILE --from TIME' shows when it is due)"
            )
            #expect(try await scene.get("/v1/backfills").json["backfills"] == [])

            _ = try await scene.post("/v1/backfills", Self.range())
            let again = try await scene.post("/v1/backfills", Self.range(["dry_run": true])).json
            #expect(again["due_times"] == [] && again["left_out"] == 5)
            let second = try await scene.post("/v1/backfills", Self.range())
            #expect(second.status == 409 && second.code == "backfill-empty" && second.json["left_out"] == 5)
            #expect(
                second.json["detail"]?.stringValue
                    == "all 5 due times of the schedule \"w/cron\" from 2026-01-01 to 2026-01-05 "
                    + "have had a run, or are in another backfill; \"again\": true (--again) takes them too"
            )
            #expect(try await scene.get("/v1/backfills").json["backfills"]?.arrayValue?.count == 1)
            let acts = try await scene.get("/v1/audit").json["audit"]?.arrayValue ?? []
            #expect(acts.count { $0["action"] == "backfill.start" } == 1, "\(acts)")
        }
    }
}
