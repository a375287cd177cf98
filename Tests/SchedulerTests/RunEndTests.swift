import JobModel
import Logging
import Postgres
import TestSupport
import Testing

@testable import Scheduler
@testable import Storage

/// The ends of runs that hold others up.
@Suite(.timeLimit(.minutes(5))) struct RunEndTests {
    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private static func deploy(_ scene: APIScene, _ trigger: String) async throws {
        let source = """
            name: w
            params: {at: {}}
            triggers:
              - \(trigger)
            jobs: {a: {command: [x]}}
            """
        let answer = try await scene.post(
            "/v1/workflows",
            ["files": [["workflow": .string(source), "file": "w.yaml"]]]
        )
        #expect(answer.status == 200, "\(answer)")
    }

    private static func tell(_ scene: APIScene, _ count: Int) async throws {
        for number in 1...count {
            #expect(try await scene.post("/v1/events", ["name": "e", "key": .string("\(number)")]).status == 201)
        }
        repeat {
            _ = try await EventStore(scene.pool).dispatch()
        } while try await !scene.pool.query(
            "SELECT FROM chassis.event WHERE NOT is_dispatched"
        ).rows.isEmpty
    }

    /// How many notices came on a connection until now.
    private static func notices(_ connection: PostgresConnection) async throws -> Int {
        _ = try await connection.query("NOTIFY chassis_ended, 'that is all'")
        var count = 0
        for await notice in connection.notifications {
            if notice.payload == "that is all" { break }
            count += 1
        }
        return count
    }

    @Test(arguments: [true, false]) func endsAreToldOfWhereTheyAreWaitedFor(_ isBounded: Bool) async throws {
        try await APIScene.play { scene async throws in
            let bound = isBounded ? ", max_active: 1" : ""
            try await Self.deploy(scene, "{event: e\(bound), params: {at: \"${{ trigger.event.key }}\"}}")
            let service = EventTriggerService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Self.logger
            )
            try await Self.tell(scene, 2)
            try await service.pass()
            try await scene.pool.withConnection { connection in
                try await Notifications.listenToEnds(on: connection)
                try await scene.end(try await scene.claim())
                #expect(try await Self.notices(connection) == (isBounded ? 1 : 0))
                // In whatever way it comes.
                try await service.pass()
                _ = try await RunStore(scene.pool).cancel(RunID(rawValue: 2))
                #expect(try await Self.notices(connection) == (isBounded ? 1 : 0))
                _ = try await connection.query("UNLISTEN *")
            }
        }
    }

    @Test func theEndOfARunThatADueTimeWaitsForIsTold() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene, "{every: 1s, overlap: queue-all, catchup: all, params: {at: x}}")
            _ = try await scene.pool.query(
                "UPDATE chassis.schedule SET next_due = next_due - interval '1h', next_at = now() - interval '1h'"
            )
            let service = ScheduleService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                logger: Self.logger
            )
            try await service.pass()
            try await scene.pool.withConnection { connection in
                try await Notifications.listenToEnds(on: connection)
                try await scene.end(try await scene.claim())
                #expect(try await Self.notices(connection) == 1)
                _ = try await connection.query("UNLISTEN *")
            }
        }
    }

    private static func backfill(_ scene: APIScene, _ count: Int) async throws {
        try await deploy(scene, "{asset: raw, params: {at: \"${{ trigger.partition }}\"}}")
        let body: JSONObject = [
            "workflow": "w", "trigger": "asset", "partitions": .array((1...count).map { .string("\($0)") }), "limit": 1,
        ]
        #expect(try await scene.post("/v1/backfills", .object(body)).status == 201)
    }

    @Test func theEndsThatABackfillWaitsForAreTold() async throws {
        try await APIScene.play { scene async throws in
            try await Self.backfill(scene, 2)
            let service = BackfillService(pool: scene.pool, notifier: ReadyNotifier(scene.pool), logger: Self.logger)
            try await scene.pool.withConnection { connection in
                try await Notifications.listenToEnds(on: connection)
                // Nothing waits for the end of the last one.
                for notices in [1, 0] {
                    try await service.pass()
                    try await scene.end(try await scene.claim())
                    #expect(try await Self.notices(connection) == notices)
                }
                _ = try await connection.query("UNLISTEN *")
            }
        }
    }

    /// Nobody looks without being told.
    @Test func theNextRunOfABackfillStartsWhenTheOneBeforeEnds() async throws {
        try await APIScene.play { scene async throws in
            try await Self.backfill(scene, 20)
            let service = BackfillService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                interval: .seconds(3600),
                logger: Self.logger
            )
            try await Self.expectRuns(1...20, in: scene, of: { try await service.run() }, waking: { service.wake() })
        }
    }

    /// Nobody looks without being told.
    @Test func theNextRunStartsWhenTheOneBeforeEnds() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene, "{event: e, max_active: 1, params: {at: \"${{ trigger.event.key }}\"}}")
            try await Self.tell(scene, 20)
            let triggers = EventTriggerService(
                pool: scene.pool,
                notifier: ReadyNotifier(scene.pool),
                interval: .seconds(3600),
                logger: Self.logger
            )
            try await Self.expectRuns(1...20, in: scene, of: { try await triggers.run() }, waking: { triggers.wake() })
        }
    }

    /// Runs a service that is woken by the ends of runs, and expects one run at a time, in order.
    private static func expectRuns(
        _ numbers: ClosedRange<Int>,
        in scene: APIScene,
        of service: @escaping @Sendable () async throws -> Void,
        waking wake: @escaping @Sendable () -> Void
    ) async throws {
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let ends = RunEndService(.init(conninfo: scene.conninfo, applicationName: "ends"), logger: logger) {
            started.yield()
            wake()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ends.run() }
            // The connection listens.
            for await _ in starts.prefix(1) {}
            group.addTask { try await service() }
            for number in numbers {
                let job = try await claim(scene)
                #expect(job.params["at"] == .string("\(number)"))
                #expect(try await live(scene) == 1)
                try await scene.end(job)
            }
            group.cancelAll()
        }
    }

    private static func live(_ scene: APIScene) async throws -> Int {
        try await scene.pool.query("SELECT count(*) AS n FROM chassis.live_run").rows[0].int("n")
    }

    private static func claim(_ scene: APIScene) async throws -> ClaimedJob {
        while try await live(scene) == 0 {}
        return try await scene.claim()
    }
}
