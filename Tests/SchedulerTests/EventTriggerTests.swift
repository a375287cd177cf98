import JobModel
import Logging
import Postgres
import TestSupport
import Testing

@testable import Scheduler
@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct EventTriggerTests {
    private static func source(_ trigger: String, name: String = "w", job: String = "a: {command: [x]}") -> String {
        """
        name: \(name)
        params: {at: {required: false}, events: {type: array, default: []}, sum: {type: integer, default: 0}}
        triggers:
          - \(trigger)
        jobs: {\(job)}
        """
    }

    private static let gathered = #"params: {events: "${{ trigger.events }}"}"#

    /// Deploys, and has what comes afterwards dispatched and started when the test says so.
    private static func deploy(_ scene: APIScene, _ sources: String...) async throws -> EventTriggerService {
        let files = sources.map { JSONValue.object(["workflow": .string($0), "file": "w.yaml"]) }
        let answer = try await scene.post("/v1/workflows", ["files": .array(files)])
        #expect(answer.status == 200, "\(answer)")
        return service(scene)
    }

    private static func service(_ scene: APIScene) -> EventTriggerService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return EventTriggerService(pool: scene.pool, notifier: ReadyNotifier(scene.pool), logger: logger)
    }

    private static func update(_ scene: APIScene, _ asset: String, _ body: JSONObject = [:]) async throws {
        let answer = try await scene.post("/v1/assets/\(asset)", .object(body))
        #expect(answer.status == 201, "\(answer)")
    }

    private static func send(_ scene: APIScene, _ name: String, _ data: JSONValue, key: String? = nil) async throws {
        var body: JSONObject = ["name": .string(name), "data": data]
        body["key"] = key.map { .string($0) }
        #expect(try await scene.post("/v1/events", .object(body)).status == 201)
    }

    /// Brings all events to the triggers and starts what may start.
    private static func settle(_ scene: APIScene, _ service: EventTriggerService) async throws {
        repeat {
            _ = try await EventStore(scene.pool).dispatch()
        } while try await count(scene, "SELECT count(*) AS n FROM chassis.event WHERE NOT is_dispatched") > 0
        try await service.pass()
    }

    private static func count(_ scene: APIScene, _ sql: PostgresStatement) async throws -> Int {
        try await scene.pool.query(sql).rows[0].int("n")
    }

    /// The runs, oldest first: each with the partitions of the events it took.
    private static func runs(_ scene: APIScene) async throws -> [[String]] {
        let runs = try await scene.get("/v1/runs?limit=200").json["runs"]?.arrayValue ?? []
        return runs.reversed().map { run in
            (run["params"]?["events"]?.arrayValue ?? []).map {
                ($0["asset"]?.stringValue ?? "") + ":" + ($0["partition"]?.stringValue ?? "")
            }
        }
    }

    private static func trigger(_ scene: APIScene) async throws -> JSONValue {
        try await scene.get("/v1/triggers").json["triggers"]?.arrayValue?.first ?? .null
    }

    @Test func anEventStartsOneRunIfItCounts() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(
                scene,
                Self.source(
                    #"{event: paid, where: event.data.sum > 3, params: {at: "${{ trigger.event.key }}", sum: "${{ trigger.event.data.sum }}"}}"#
                )
            )
            try await Self.send(scene, "paid", ["sum": 3], key: "a")
            try await Self.send(scene, "paid", ["sum": 4], key: "b")
            try await Self.send(scene, "paid", .null, key: "c")
            try await Self.send(scene, "lost", ["sum": 9], key: "d")
            for _ in 0..<2 { try await Self.settle(scene, service) }
            let runs = try await scene.get("/v1/runs").json["runs"]?.arrayValue ?? []
            #expect(runs.map { $0["params"]?["at"] } == ["b"])
            #expect(runs.first?["params"]?["sum"] == 4)
            #expect(try await Self.trigger(scene)["pending"] == 0)
        }
    }

    @Test func newsThatComesDuringARunIsGatheredForTheNext() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{asset: raw, max_active: 1, \(Self.gathered)}"))
            for number in 1...5 {
                try await Self.update(scene, "raw", ["partition": .string("\(number)")])
                try await Self.settle(scene, service)
            }
            #expect(try await Self.runs(scene) == [["raw:1"]])
            #expect(try await Self.trigger(scene)["pending"] == 4)
            try await scene.end(try await scene.claim())
            for _ in 0..<2 { try await Self.settle(scene, service) }
            #expect(try await Self.runs(scene) == [["raw:1"], ["raw:2", "raw:3", "raw:4", "raw:5"]])
        }
    }

    @Test func allWaitsAndAnyLeavesWhatWaits() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(
                scene,
                Self.source("{any: [a, {all: [b, c]}], \(Self.gathered)}")
            )
            for asset in ["b", "b", "a", "c", "c"] {
                try await Self.update(scene, asset)
                try await Self.settle(scene, service)
            }
            #expect(try await Self.runs(scene) == [["a:"], ["b:", "b:", "c:"]])
            #expect(try await Self.trigger(scene)["pending"] == 1)
        }
    }

    @Test func partitionsStartRunsOfTheirOwn() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(
                scene,
                Self.source("{all: [x/a, x/b], gather: partition, \(Self.gathered)}")
            )
            for (asset, day) in [("x/a", "1"), ("x/b", "2"), ("x/a", "2"), ("x/a", "3"), ("x/b", "1"), ("x/b", "2")] {
                try await Self.update(scene, asset, ["partition": .string(day)])
            }
            try await Self.settle(scene, service)
            let runs = try await Self.runs(scene).map { $0.sorted().joined(separator: " ") }
            #expect(Set(runs) == ["x/a:1 x/b:1", "x/a:2 x/b:2 x/b:2"] && runs.count == 2)
            let shown = try await scene.get("/v1/assets/x/a").json
            #expect(shown["partitions"]?.arrayValue?.count == 3)
            #expect(shown["triggers"]?.arrayValue?.count == 1)
            #expect(try await scene.get("/v1/assets").json["assets"]?.arrayValue?.map { $0["updates"] } == [3, 3])
            #expect(try await scene.get("/v1/assets/none").code == "asset-not-found")
        }
    }

    @Test func anUpdateIsToldOnce() async throws {
        try await APIScene.play { scene async throws in
            let body: JSONValue = ["metadata": ["rows": 3], "partition": "1", "idempotency_key": "k"]
            let first = try await scene.post("/v1/assets/reports/churn", body)
            let second = try await scene.post("/v1/assets/reports/churn", body)
            #expect(first.status == 201 && second.status == 200 && first.json == second.json)
            #expect(first.json["asset"] == "reports/churn" && first.json["metadata"] == ["rows": 3])
            let large = JSONValue.string(String(repeating: "x", count: 300_000))
            #expect(try await scene.post("/v1/assets/a", ["metadata": large]).code == "body-too-large")
            #expect(try await scene.post("/v1/assets/a%20b").code == "asset-invalid")
            #expect(try await scene.post("/v1/assets/a", ["partition": ""]).code == "asset-invalid")
        }
    }

    @Test func aPausedTriggerKeepsWhatComes() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{asset: raw, \(Self.gathered)}"))
            #expect(try await scene.post("/v1/triggers/w/asset/pause").status == 200)
            for part in ["1", "2"] { try await Self.update(scene, "raw", ["partition": .string(part)]) }
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [])
            #expect(try await scene.post("/v1/triggers/w/asset/resume").json["paused_at"]?.isNull == true)
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [["raw:1", "raw:2"]])
            _ = try await scene.post("/v1/triggers/w/asset/pause")
            try await Self.update(scene, "raw")
            try await Self.settle(scene, service)
            _ = try await scene.post("/v1/triggers/w/asset/resume", ["drop": true])
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene).count == 1)
            #expect(try await scene.post("/v1/triggers/w/none/pause").code == "trigger-not-found")
        }
    }

    @Test func aNewVersionChangesWhatIsHeard() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{name: t, all: [a, b], \(Self.gathered)}"))
            try await Self.update(scene, "a", ["partition": "1"])
            try await Self.settle(scene, service)
            // What is held counts by the new condition.
            _ = try await Self.deploy(scene, Self.source("{name: t, any: [a, c], \(Self.gathered)}"))
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [["a:1"]])
            // A trigger that is gone hears nothing, and begins anew when it comes back.
            try await Self.update(scene, "c", ["partition": "2"])
            _ = try await Self.deploy(scene, Self.source("{name: other, asset: d, \(Self.gathered)}"))
            try await Self.update(scene, "a", ["partition": "3"])
            try await Self.settle(scene, service)
            #expect(try await scene.get("/v1/triggers").json["triggers"]?.arrayValue?.map { $0["name"] } == ["other"])
            _ = try await Self.deploy(scene, Self.source("{name: t, any: [a, c], \(Self.gathered)}"))
            try await Self.update(scene, "a", ["partition": "4"])
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [["a:1"], ["a:4"]])
        }
    }

    /// What a scheduler brings to a trigger while another deploys, and cannot see, is not heard by the version that came.
    @Test(arguments: ["{name: other, asset: d}", "{name: t, asset: a}"])
    func aDispatchThatIsOvertakenByADeploymentIsNotHeard(_ next: String) async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{name: t, any: [a, c], \(Self.gathered)}"))
            try await scene.pool.transaction { connection in
                let event: [PostgresParameter] = ["default", "asset:c", "2", "{}", "api", nil, nil, nil]
                _ = try await connection.query(Statement.addEvent, event)
                let done = try await connection.query(Statement.dispatchEvents, [.integer(10)]).rows[0]
                #expect(try done.int("told") == 1)
                _ = try await Self.deploy(scene, Self.source(next))
            }
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [])
            _ = try await Self.deploy(scene, Self.source("{name: t, any: [a, c], \(Self.gathered)}"))
            try await Self.update(scene, "a", ["partition": "4"])
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene) == [["a:4"]])
        }
    }

    /// More came than is looked at in one go.
    @Test func whatDoesNotCountIsTakenByNoRun() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(
                scene,
                Self.source("{asset: a, where: event.data.counts, gather: all, \(Self.gathered)}")
            )
            let events = EventStore(scene.pool)
            for number in 1...EventTriggerStarter.newsAtOnce + 1 {
                let counts = number <= EventTriggerStarter.newsAtOnce
                let event = try NewEvent(name: "asset:a", key: "\(number)", data: ["counts": .bool(counts)])
                _ = try await events.add(event, team: "default", source: "test")
            }
            try await Self.settle(scene, service)
            let taken = try await Self.runs(scene).flatMap(\.self)
            #expect(taken.count == EventTriggerStarter.newsAtOnce && !taken.contains("a:201"))
        }
    }

    @Test func whatCannotStartIsKeptWithItsReason() async throws {
        try await APIScene.play { scene async throws in
            let trigger = #"{event: paid, params: {sum: "${{ trigger.event.data.sum }}"}}"#
            let service = try await Self.deploy(scene, Self.source(trigger))
            try await Self.send(scene, "paid", ["sum": "many"])
            try await Self.send(scene, "paid", .null)
            try await Self.send(scene, "paid", ["sum": 3])
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene).count == 1)
            #expect(try await Self.trigger(scene)["refused"] == 2)
            _ = try await Self.deploy(
                scene,
                Self.source(#"{event: paid, params: {at: "${{ default(trigger.event.data.sum, 'none') }}"}}"#)
            )
            #expect(try await scene.post("/v1/triggers/w/event/retry").json["refused"] == 0)
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene).count == 3)
        }
    }

    /// A workflow that tells of what starts it comes to an end, by way of its jobs or of the API.
    @Test(arguments: [true, false]) func aChainOfRunsIsBounded(_ byJobs: Bool) async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{asset: a, where: 'true'}"))
            try await Self.update(scene, "a")
            var runs = 0
            while runs < 100 {
                try await Self.settle(scene, service)
                guard let job = try? await scene.claim() else { break }
                runs += 1
                if byJobs {
                    let product = try NewEvent(name: "asset:a", key: "\(runs)")
                    let ending = JobEnding(of: job, .succeeded(.null), products: [product])
                    _ = try await QueueStore(scene.pool).turn(
                        session: scene.session,
                        ending: [ending],
                        queue: "default",
                        limit: 0
                    )
                } else {
                    try await Self.update(scene, "a", ["run": .integer(job.run.rawValue)])
                    try await scene.end(job)
                }
            }
            #expect(runs == TriggerTurn.longestChain)
            let shown = try await Self.trigger(scene)
            #expect(shown["refused"] == 1)
            #expect(shown["error"]?.stringValue?.contains("end of a chain of 32 runs") == true)
        }
    }

    @Test func aRunTakesSoMuchAndNoMore() throws {
        func news(_ id: Int64, _ name: String, bytes: Int) -> News {
            let event = KeptEvent(
                id: id,
                team: "t",
                name: name,
                key: nil,
                data: .string(String(repeating: "x", count: bytes)),
                source: "test",
                run: nil,
                at: Timestamp(rawValue: 0)
            )
            return News(event: event, depth: 0)
        }
        let half = TriggerTurn.mostBytes / 2
        let given = [
            news(1, "a", bytes: half), news(2, "a", bytes: half), news(3, "a", bytes: 1), news(4, "b", bytes: half),
        ]
        #expect(TriggerTurn.fitting(given).map(\.event.id) == [1, 4])
    }

    /// More than one run can take is taken by the next, also where nothing new comes.
    @Test func manyEventsAreTakenByRunsInTurn() async throws {
        try await APIScene.play { scene async throws in
            let service = try await Self.deploy(scene, Self.source("{all: [a, b], \(Self.gathered)}"))
            _ = try await scene.pool.query(
                """
                INSERT INTO chassis.event (team, name, key, data, source, at)
                SELECT 'default', 'asset:' || name, n::text, 'null', 'test', now()
                FROM generate_series(1, 1200) AS n, unnest(ARRAY ['a', 'b']) AS name
                """
            )
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene).map(\.count) == [1000, 1000, 400])
            let doubles = try await Self.count(
                scene,
                "SELECT count(*) AS n FROM chassis.news WHERE state <> 'started'"
            )
            #expect(doubles == 0)
        }
    }

    /// The trigger of a workflow that is not deployed any more gathers nothing: nobody could delete it.
    @Test func hearsOfNothingOnceItsWorkflowIsRetired() async throws {
        try await APIScene.play { scene async throws in
            let source = Self.source("{event: e, gather: none, \(Self.gathered)}")
            let service = try await Self.deploy(scene, source)
            let other: JSONValue = ["workflow": "name: other\njobs: {a: {command: [x]}}", "file": "o.yaml"]
            let pruned = try await scene.post("/v1/workflows", ["files": [other], "prune": true])
            #expect(pruned.status == 200, "\(pruned)")
            try await Self.send(scene, "e", 1)
            try await Self.settle(scene, service)
            #expect(try await Self.count(scene, "SELECT count(*) AS n FROM chassis.news") == 0)
            // Deployed again, it hears again.
            _ = try await Self.deploy(scene, source)
            try await Self.send(scene, "e", 2)
            _ = try await EventStore(scene.pool).dispatch()
            #expect(try await Self.count(scene, "SELECT count(*) AS n FROM chassis.news") == 1)
        }
    }

    /// Of each partition the next run takes the rest, whatever waits besides.
    @Test func manyEventsOfEachPartitionAreTakenByRunsInTurn() async throws {
        try await APIScene.play { scene async throws in
            let trigger = "{any: [a, b], gather: partition, \(Self.gathered)}"
            let service = try await Self.deploy(scene, Self.source(trigger))
            _ = try await scene.pool.query(
                """
                INSERT INTO chassis.event (team, name, key, data, source, at)
                SELECT 'default', 'asset:a', key, 'null', 'test', now()
                FROM generate_series(1, 1200) AS n, unnest(ARRAY ['p', 'q']) AS key
                """
            )
            try await Self.settle(scene, service)
            #expect(try await Self.runs(scene).map(\.count).sorted() == [200, 200, 1000, 1000])
            let left = try await Self.count(scene, "SELECT count(*) AS n FROM chassis.news WHERE state <> 'started'")
            #expect(left == 0)
        }
    }

    /// Several schedulers start what has news, each cancelled and begun again at random places.
    @Test(.timeLimit(.minutes(5)), arguments: [1, 2], ["{event: e, gather: none", "{asset: e, max_active: 1"])
    func eachEventIsTakenOnce(_ seed: UInt64, _ trigger: String) async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, Self.source("\(trigger), \(Self.gathered)}"))
            let name = trigger.contains("asset") ? "asset:e" : "e"
            let events = 300
            try await withThrowingTaskGroup(of: Void.self) { group in
                for scheduler in 0..<3 {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed * 10 + UInt64(scheduler))
                        for part in 0..<10 {
                            let store = EventStore(scene.pool)
                            for number in 0..<(events / 30) {
                                let key = "\(scheduler)-\(part)-\(number)"
                                _ = try await store.add(
                                    try NewEvent(name: name, key: key),
                                    team: "default",
                                    source: "t"
                                )
                            }
                            let attempt = Task {
                                _ = try await store.dispatch()
                                try await Self.service(scene).pass()
                            }
                            let pause = Int.random(in: 1...40, using: &generator)
                            try await ContinuousClock().sleep(for: .milliseconds(pause))
                            attempt.cancel()
                            // A cancelled look leaves its events to the next.
                            try? await attempt.value
                            while let job = try? await scene.claim() { try await scene.end(job) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let service = Self.service(scene)
            repeat {
                while let job = try? await scene.claim() { try await scene.end(job) }
                try await Self.settle(scene, service)
            } while try await Self.count(scene, "SELECT count(*) AS n FROM chassis.news WHERE state IN ('new', 'held')")
                > 0
            let row = try await scene.pool.query(
                """
                SELECT (SELECT count(*) FROM chassis.run) AS runs, count(*) AS taken, count(DISTINCT event->>'id') AS events,
                       (SELECT count(*) FROM chassis.news WHERE state = 'started') AS noted
                FROM chassis.run, jsonb_array_elements(params->'events') AS event
                """
            ).rows[0]
            let (taken, different) = (try row.int("taken"), try row.int("events"))
            #expect(taken == events, "seed \(seed)")
            #expect(different == events, "seed \(seed)")
            let noted = try row.int("noted")
            #expect(noted == events, "seed \(seed)")
            if name == "e" { #expect(try row.int("runs") == events, "seed \(seed)") }
        }
    }

    /// What is new is found trigger by trigger, however many events there are.
    @Test func looksAtWhatIsNewAlone() async throws {
        try await APIScene.play { scene async throws in
            _ = try await Self.deploy(scene, Self.source("{asset: a}"))
            _ = try await scene.pool.query(
                """
                WITH event AS (
                    INSERT INTO chassis.event (team, name, data, source, at, is_dispatched)
                    SELECT 'default', 'asset:a', 'null', 't', now(), true FROM generate_series(1, 20000)
                    RETURNING event_id
                )
                INSERT INTO chassis.news (trigger_id, event_id, name, key, state, run_id)
                SELECT 1, event_id, 'asset:a', '', CASE WHEN event_id % 2 = 0 THEN 'new' ELSE 'started' END,
                       CASE WHEN event_id % 2 = 0 THEN NULL ELSE 1 END
                FROM event
                """
            )
            _ = try await scene.pool.query("ANALYZE chassis.news")
            let plan = try await scene.pool.query(
                """
                EXPLAIN SELECT news.trigger_id FROM chassis.news
                WHERE news.state = 'new' AND news.trigger_id > 0 ORDER BY news.trigger_id LIMIT 1
                """
            ).rows.map { try $0.string("QUERY PLAN") }.joined(separator: "\n")
            #expect(plan.contains("news_new") && !plan.contains("Seq Scan") && !plan.contains("Sort"), "\(plan)")
        }
    }
}
