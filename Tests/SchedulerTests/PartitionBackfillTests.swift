import JobModel
import Logging
import Postgres
import Storage
import Testing

@testable import Scheduler

@Suite(.timeLimit(.minutes(5))) struct PartitionBackfillTests {
    private static func source(
        _ trigger: String = "asset: raw",
        params: String = #"{at: "${{ trigger.partition }}"}"#
    ) -> String {
        """
        name: w
        params: {at: {required: false}, events: {type: array, default: []}, rows: {type: integer, default: 0}}
        triggers:
          - {\(trigger), params: \(params)}
          - {event: paid}
          - {cron: "@daily"}
        jobs: {a: {command: [x]}}
        """
    }

    private static func service(_ scene: APIScene) -> BackfillService {
        BackfillService(pool: scene.pool, notifier: ReadyNotifier(scene.pool), logger: Logger(label: "test"))
    }

    private static func play(
        _ source: String = source(),
        _ test: (APIScene, BackfillService) async throws -> Void
    ) async throws {
        try await APIScene.play { scene async throws in
            let file: JSONValue = ["workflow": .string(source), "file": "w.yaml"]
            let answer = try await scene.post("/v1/workflows", ["files": [file]])
            #expect(answer.status == 200, "\(answer)")
            try await test(scene, service(scene))
        }
    }

    private static func body(_ partitions: [String], _ more: JSONObject = [:]) -> JSONValue {
        var body: JSONObject = [
            "workflow": "w", "trigger": "asset", "partitions": .array(partitions.map { .string($0) }), "limit": 2,
        ]
        for (key, value) in more { body[key] = value }
        return .object(body)
    }

    /// Tells of an update, and has it known.
    private static func update(
        _ scene: APIScene,
        _ asset: String,
        _ partition: String,
        rows: Int64? = nil,
        team: String = "default"
    ) async throws {
        var body: JSONObject = ["partition": .string(partition), "team": .string(team)]
        if let rows { body["metadata"] = ["rows": .integer(rows)] }
        #expect(try await scene.post("/v1/assets/\(asset)", .object(body)).status == 201)
        // The scene's own dispatcher may have it.
        repeat {
            _ = try await EventStore(scene.pool).dispatch()
        } while try await !scene.pool.query("SELECT FROM chassis.event WHERE NOT is_dispatched").rows.isEmpty
    }

    /// One of the params of all runs, the oldest first.
    private static func params(_ scene: APIScene, _ name: String = "at") async throws -> [JSONValue] {
        let runs = try await scene.get("/v1/runs?limit=200").json["runs"]?.arrayValue ?? []
        return runs.reversed().map { $0["params"]?[name] ?? .null }
    }

    private static func items(_ scene: APIScene, _ backfill: Int = 1) async throws -> JSONObject {
        try await scene.get("/v1/backfills/\(backfill)").json["items"]?.objectValue ?? [:]
    }

    @Test func startsARunForEachAFewAtATimeBehindLiveWork() async throws {
        try await Self.play { scene, service in
            let days = ["1", "2", "3", "2", "eu"]
            let trial = try await scene.post("/v1/backfills", Self.body(days, ["dry_run": true, "newest_first": true]))
            #expect(trial.json["partitions"] == ["eu", "3", "2", "1"], "\(trial)")
            #expect(try await scene.get("/v1/backfills").json["backfills"] == [])
            let added = try await scene.post("/v1/backfills", Self.body(days, ["newest_first": true]))
            #expect(added.status == 201, "\(added)")
            #expect(added.json["trigger"] == "asset" && added.json["schedule"] == .null)
            #expect(added.json["items"]?["pending"] == 4 && added.json["due_times"] == nil)
            for _ in 0..<2 { try await service.pass() }
            #expect(try await Self.params(scene) == ["eu", "3"])
            _ = try await scene.post("/v1/schedules/w/cron/trigger")
            let live = try await scene.claim()
            #expect(live.run.rawValue == 3)
            for _ in 0..<2 {
                for _ in 0..<2 { try await scene.end(try await scene.claim()) }
                try await service.pass()
            }
            #expect(try await Self.params(scene).filter { !$0.isNull } == ["eu", "3", "2", "1"])
            let shown = try await scene.get("/v1/backfills/1").json
            #expect(shown["state"] == "done" && shown["items"]?["succeeded"] == 4, "\(shown)")
        }
    }

    @Test func takesTheNewestUpdateOfEachAssetThatCounts() async throws {
        let source = Self.source(
            "all: [x/a, x/b], name: asset, gather: partition, where: event.metadata.rows > 1",
            params: #"{at: "${{ trigger.partition }}", events: "${{ trigger.events }}"}"#
        )
        try await Self.play(source) { scene, service in
            try await Self.update(scene, "x/b", "1", rows: 2)
            for rows in [3, 4] { try await Self.update(scene, "x/a", "1", rows: Int64(rows)) }
            // Another asset's, another team's, too few, and one about which it cannot be said.
            try await Self.update(scene, "x/c", "1", rows: 9)
            try await Self.update(scene, "x/a", "1", rows: 9, team: "growth")
            try await Self.update(scene, "x/a", "2", rows: 1)
            try await Self.update(scene, "x/b", "2")
            _ = try await scene.post("/v1/backfills", Self.body(["1", "2", "3"], ["limit": 9]))
            try await service.pass()
            let taken = try await Self.params(scene, "events").map { events in
                (events.arrayValue ?? []).map { [$0["asset"], $0["metadata"]?["rows"]] }
            }
            #expect(taken == [[["x/b", 2], ["x/a", 4]], [], []])
            #expect(try await Self.params(scene) == ["1", "2", "3"])
        }
    }

    /// What cannot start holds nothing up, says why, and can be had again.
    @Test func refusesWhatHasNoParams() async throws {
        let source = Self.source(
            params: #"{at: "${{ trigger.partition }}", rows: "${{ trigger.event.metadata.rows }}"}"#
        )
        try await Self.play(source) { scene, service in
            try await Self.update(scene, "raw", "3", rows: 7)
            _ = try await scene.post("/v1/backfills", Self.body(["1", "2", "3"], ["limit": 1]))
            try await service.pass()
            #expect(try await Self.params(scene, "rows") == [7])
            let items = try await Self.items(scene)
            #expect(items["refused"] == 2 && items["running"] == 1, "\(items)")
            let refused = try await scene.get("/v1/backfills/1/items?state=refused").json["items"]?.arrayValue ?? []
            #expect(refused.map { $0["partition"] } == ["1", "2"] && refused.allSatisfy { $0["run"] == .null })
            let reason = refused.first?["error"]?.stringValue ?? ""
            #expect(reason.contains("trigger.event"), "\(reason)")
            #expect(try await scene.get("/v1/backfills/1").json["error"]?.stringValue == reason)
            try await scene.end(try await scene.claim())
            try await service.pass()
            #expect(try await scene.get("/v1/backfills/1").json["state"] == "done")
            try await Self.update(scene, "raw", "1", rows: 5)
            #expect(try await scene.post("/v1/backfills/1/retry").json["items"]?["pending"] == 2)
            try await service.pass()
            #expect(try await Self.params(scene, "rows") == [7, 5])
            #expect(try await Self.items(scene)["refused"] == 0)
        }
    }

    @Test func leavesOutWhatHasHadARun() async throws {
        try await Self.play { scene, service in
            try await Self.update(scene, "raw", "1")
            let triggers = EventTriggerService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Logger(label: "test")
            )
            try await triggers.pass()
            #expect(try await Self.params(scene) == ["1"])
            let trial = try await scene.post("/v1/backfills", Self.body(["1", "2"], ["dry_run": true])).json
            #expect(trial["partitions"] == ["2"] && trial["left_out"] == 1)
            let first = try await scene.post("/v1/backfills", Self.body(["1", "2"])).json
            #expect(first["items"]?["pending"] == 1 && first["left_out"] == 1)
            // Also what another backfill is about to start.
            let second = try await scene.post("/v1/backfills", Self.body(["1", "2"]))
            #expect(second.code == "backfill-empty" && second.json["left_out"] == 2, "\(second)")
            let why = "the one partition asked for of the trigger \"w/asset\" has had a run, or is in another backfill"
            let one = try await scene.post("/v1/backfills", Self.body(["2"])).json["detail"]?.stringValue
            #expect(one == why + "; \"again\": true (--again) takes it too")
            // Not what was cancelled.
            _ = try await scene.post("/v1/backfills/1/cancel")
            #expect(try await scene.post("/v1/backfills", Self.body(["1", "2"])).json["left_out"] == 1)
            let again = try await scene.post("/v1/backfills", Self.body(["1", "2"], ["again": true])).json
            #expect(again["items"]?["pending"] == 2 && again["left_out"] == 0)
            try await service.pass()
            try await service.pass()
            #expect(try await Self.params(scene) == ["1", "2", "1", "2"])
            #expect(try await scene.get("/v1/backfills").json["backfills"]?.arrayValue?.count == 3)
        }
    }

    @Test func twoSchedulersStartEachOnce() async throws {
        try await Self.play { scene, _ in
            let partitions = (0..<120).map { "p\($0)" }
            for half in [partitions.prefix(60), partitions.suffix(60)] {
                #expect(try await scene.post("/v1/backfills", Self.body(Array(half), ["limit": 100])).status == 201)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    let service = Self.service(scene)
                    group.addTask { for _ in 0..<6 { try await service.pass() } }
                }
                try await group.waitForAll()
            }
            let started = try await Self.params(scene).compactMap(\.stringValue)
            #expect(started.count == 120 && Set(started) == Set(partitions))
        }
    }

    @Test func pausesCancelsAndRetries() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.body(["1", "2", "3", "4"]))
            #expect(try await scene.post("/v1/backfills/1/pause").json["state"] == "paused")
            try await service.pass()
            #expect(try await Self.params(scene).isEmpty)
            #expect(try await scene.post("/v1/backfills/1/resume").json["state"] == "active")
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await scene.end(try await scene.claim(), .failed(JobFailure(code: "c", message: "m")))
            try await service.pass()
            #expect(try await scene.post("/v1/backfills/1/cancel").json["items"]?["cancelled"] == 2)
            #expect(try await scene.get("/v1/runs?state=cancelled").json["runs"]?.arrayValue?.count == 2)
            #expect(try await scene.post("/v1/backfills/1/pause").code == "backfill-not-active")
            // Only what failed.
            #expect(try await scene.post("/v1/backfills/1/retry").json["items"]?["pending"] == 1)
            try await service.pass()
            try await scene.end(try await scene.claim())
            try await service.pass()
            let items = try await scene.get("/v1/backfills/1/items").json["items"]?.arrayValue ?? []
            #expect(items.map { $0["state"] } == ["succeeded", "succeeded", "cancelled", "cancelled"])
            #expect(items.map { $0["run"] } == [1, 2, 3, 4])
            #expect(try await scene.post("/v1/backfills/1/retry").code == "backfill-not-active")
        }
    }

    /// Whoever cancels it may be killed before its runs are cancelled, and whoever is asked again does the rest.
    @Test(arguments: [true, false]) func aCancellationIsCarriedThrough(_ isAskedAgain: Bool) async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.body(["1", "2", "3"]))
            try await service.pass()
            let held = try await scene.claim()
            // As it is when its scheduler is killed behind the first statement.
            _ = try await scene.pool.query(
                """
                WITH cancelled AS (UPDATE chassis.backfill SET cancelled_at = now())
                UPDATE chassis.backfill_item SET state = 'cancelled' WHERE state = 'pending'
                """
            )
            let before = try await scene.get("/v1/backfills/1").json
            #expect(before["state"] == "cancelled" && before["items"]?["running"] == 2, "\(before)")
            #expect(try await scene.post("/v1/backfills/1/pause").code == "backfill-not-active")
            if isAskedAgain {
                #expect(try await scene.post("/v1/backfills/1/cancel").json["items"]?["cancelled"] == 2)
            } else {
                for _ in 0..<2 { try await service.pass() }
            }
            // One that a worker has is cancelled by that.
            let between = try await Self.items(scene)
            #expect(between["cancelled"] == 2 && between["running"] == 1, "\(between)")
            #expect(try await scene.get("/v1/runs/\(held.run)").json["cancel_requested"] == true)
            try await scene.end(held, .cancelled)
            try await service.pass()
            #expect(try await Self.items(scene)["cancelled"] == 3)
            #expect(try await scene.post("/v1/backfills/1/cancel").code == "backfill-not-active")
        }
    }

    @Test func listsItemsPageByPage() async throws {
        try await Self.play { scene, _ in
            _ = try await scene.post("/v1/backfills", Self.body(["c", "a", "b"]))
            var seen: [JSONValue?] = []
            var next: Int64? = 0
            while let after = next {
                let page = try await scene.get("/v1/backfills/1/items?limit=2&after=\(after)").json
                seen += (page["items"]?.arrayValue ?? []).map { $0["partition"] }
                next = page["next"]?.integerValue
            }
            #expect(seen == ["c", "a", "b"])
            #expect(try await scene.get("/v1/backfills/1/items?state=lost").code == "bad-parameter")
            #expect(try await scene.get("/v1/backfills/2/items").code == "backfill-not-found")
            for act in ["pause", "cancel", "retry"] {
                #expect(try await scene.post("/v1/backfills/2/\(act)").code == "backfill-not-found")
            }
        }
    }

    /// The trigger of the version goes on, whatever is deployed meanwhile.
    @Test func goesOnWithItsVersion() async throws {
        try await Self.play { scene, service in
            _ = try await scene.post("/v1/backfills", Self.body(["1", "2", "3"]))
            try await service.pass()
            let file: JSONValue = ["workflow": "name: w\njobs: {a: {command: [x]}}", "file": "w.yaml"]
            #expect(try await scene.post("/v1/workflows", ["files": [file]]).status == 200)
            for _ in 0..<2 { try await scene.end(try await scene.claim()) }
            try await service.pass()
            #expect(try await Self.params(scene) == ["1", "2", "3"])
            #expect(try await scene.post("/v1/backfills", Self.body(["4"])).code == "trigger-not-found")
        }
    }

    private static let refusals: [(JSONObject, [String], String)] = [
        (["trigger": "x"], ["1"], "there is no trigger \"w/x\""), (["workflow": "x"], ["1"], "no trigger \"x/asset\""),
        (["trigger": "event"], ["1"], "goes by events, which have no partitions"),
        (["from": "2026-01-01"], ["1"], "\"from\" does not go with \"trigger\""),
        (["trigger": .null], ["1"], "name it with \"trigger\""), ([:], [], "lacks \"partitions\""),
        (["partitions": "1"], [], "lacks \"partitions\""),
        ([:], ["1", ""], "element 2 of \"partitions\" has 0 bytes"), (["partitions": [1]], [], "element 1 is of type"),
        ([:], [String(repeating: "x", count: 256)], "1 to 255"), (["limit": 0], ["1"], "\"limit\" goes from 1"),
        ([:], ["a\u{0}"], "U+0000"), (["partition": "1"], ["1"], "\"partition\" that is not known"),
        ([:], (0...100_000).map { "\($0)" }, "has 100001 elements, more than 100000"),
    ]

    @Test func refusesWhatIsNoBackfill() async throws {
        try await Self.play { scene, _ in
            for (more, partitions, reason) in Self.refusals {
                let answer = try await scene.post("/v1/backfills", Self.body(partitions, more))
                #expect(answer.json["detail"]?.stringValue?.contains(reason) == true, "\(reason): \(answer)")
            }
            #expect(try await scene.get("/v1/backfills").json["backfills"] == [])
        }
    }
}
