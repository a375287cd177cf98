import JobModel
import Logging
import Postgres
import Storage
import TestSupport
import Testing

@testable import Scheduler

@Suite(.timeLimit(.minutes(5))) struct ScheduleStarterTests {
    /// A schedule that is a minute late, with a policy that has it run one behind the other.
    private static func deploy(
        _ scene: APIScene,
        rule: String? = nil,
        overlap: String = "queue-all"
    ) async throws {
        let source = """
            name: w
            params: {at: {}}
            triggers:
              - {\(rule ?? "every: 1s"), name: s, overlap: \(overlap), catchup: all, params: {at: "${{ trigger.due_at }}"}}
            jobs: {a: {command: [x]}}
            """
        let answer = try await scene.post(
            "/v1/workflows",
            ["files": [["workflow": .string(source), "file": "w.yaml"]]]
        )
        #expect(answer.status == 200, "\(answer)")
        guard rule == nil else { return }
        _ = try await scene.pool.query(
            """
            UPDATE chassis.schedule
            SET next_due = date_trunc('second', now()) - interval '60s', next_at = now() - interval '60s'
            """
        )
    }

    private static func waitForALock(_ pool: PostgresPool, _ count: Int = 1) async throws {
        while try await pool.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).rows.count < count {}
    }

    private static func runs(_ scene: APIScene) async throws -> Int {
        try await scene.get("/v1/runs").json["runs"]?.arrayValue?.count ?? 0
    }

    /// Each connection of the pool may be in a transaction that waits for the schedule.
    @Test func cancelsWithoutAnotherConnection() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene, overlap: "cancel-running")
            let first = try #require(try await ScheduleStarter(scene.pool).startNext()?.run)
            let pool = PostgresPool(.init(conninfo: scene.conninfo, applicationName: "narrow"), size: 2)
            let holder = try await PostgresConnection.connect(
                .init(conninfo: scene.conninfo, applicationName: "holder")
            )
            _ = try await holder.query("BEGIN")
            _ = try await holder.query("LOCK TABLE chassis.workflow_version IN ACCESS EXCLUSIVE MODE")
            async let done = ScheduleStarter(pool).startNext()
            try await Self.waitForALock(scene.pool)
            async let other = pool.transaction {
                try await ScheduleStore(pool).lock(workflow: "w", name: "s", on: $0)?.active
            }
            try await Self.waitForALock(scene.pool, 2)
            await holder.close()
            #expect(try await done?.run == nil)
            #expect(try await other == [])
            #expect(try await RunReader(scene.pool).summary(of: first)?.state == .cancelled)
            await pool.close()
        }
    }

    /// What is wrong with the connection is not wrong with the schedule.
    @Test func aLostConnectionPutsNothingOff() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let service = ScheduleService(pool: scene.pool, notifier: ReadyNotifier(scene.pool), logger: logger)
            try await scene.pool.transaction { holder in
                try await holder.execute("LOCK TABLE chassis.due_time IN ACCESS EXCLUSIVE MODE")
                let pass = Task { try await service.pass() }
                try await Self.waitForALock(scene.pool)
                _ = try await holder.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                )
                await #expect(throws: PostgresError.self) { try await pass.value }
            }
            try await service.pass()
            #expect(try await Self.runs(scene) == 1)
        }
    }

    /// Between the beginning of a look and its lock another scheduler starts a run and moves on.
    @Test func decidesByWhatIsThereOnceTheLockIsHad() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            let store = ScheduleStore(scene.pool)
            // In the session that looks it takes until the lock is free to know what time it is.
            _ = try await scene.pool.withConnection { connection in
                try await connection.execute(
                    """
                    CREATE SCHEMA stall;
                    CREATE FUNCTION stall.now() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
                    BEGIN
                        PERFORM pg_advisory_xact_lock_shared(4711);
                        RETURN pg_catalog.now();
                    END $$;
                    """
                )
            }
            try await scene.pool.withConnection { late in
                try await late.execute("SET search_path = stall, pg_catalog")
                try await scene.pool.withConnection { gate in
                    _ = try await gate.query("SELECT pg_advisory_lock(4711)")
                    let look = Task { try await late.transaction { try await store.take(on: $0) } }
                    try await Self.waitForALock(scene.pool)
                    let done = try await ScheduleStarter(scene.pool).startNext()
                    _ = try await gate.query("SELECT pg_advisory_unlock(4711)")
                    let taken = try await look.value
                    #expect(done?.run != nil)
                    #expect(taken.map { $0.active.map(Optional.some) } == [done?.run], "\(String(describing: taken))")
                }
            }
        }
    }

    /// A schedule that waits for the end of a run gets another rule: what waited is no longer due, and nothing is early.
    @Test func anotherRuleBeginsWithItsOwnDueTime() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            let starter = ScheduleStarter(scene.pool)
            let first = try #require(try await starter.startNext()?.run)
            // The next one is due too, and waits.
            #expect(try await starter.startNext()?.run == nil)
            #expect(try await Self.row(scene, "blocked_by IS NOT NULL AND is_queued"))
            try await Self.deploy(scene, rule: "cron: '0 6 1 1 *'")
            _ = try await RunStore(scene.pool).cancel(first)
            try await ScheduleStore(scene.pool).unblock()
            #expect(try await starter.startNext() == nil)
            #expect(try await Self.runs(scene) == 1)
            #expect(try await Self.row(scene, "blocked_by IS NULL AND NOT is_queued"))
            #expect(try await Self.row(scene, "next_at = next_due AND next_at > now()"))
        }
    }

    /// A scheduler that could not start a run says so late: meanwhile another one has, or the file was mended.
    @Test func whatIsPutOffIsWhatWasTaken() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            let store = ScheduleStore(scene.pool)
            let taken = try #require(try await scene.pool.transaction { try await store.take(on: $0) })
            #expect(try await ScheduleStarter(scene.pool).startNext()?.run != nil)
            try await store.postpone(taken, by: .seconds(3600), error: "late")
            #expect(try await Self.row(scene, "error IS NULL AND next_at = next_due"))
            let next = try #require(try await scene.pool.transaction { try await store.take(on: $0) })
            try await store.postpone(next, by: .seconds(3600), error: "in time")
            #expect(try await Self.row(scene, "error = 'in time' AND next_at > now() + interval '1 minute'"))
        }
    }

    private static func row(_ scene: APIScene, _ condition: String) async throws -> Bool {
        try await scene.pool.query(PostgresStatement(name: nil, sql: "SELECT FROM chassis.schedule WHERE \(condition)"))
            .rows.count == 1
    }

    /// The database's own failures come again after short pauses, which grow.
    @Test func aPatrolRestsLongerAfterEachFailure() async throws {
        let clock = RecordingClock(most: 7)
        let looks = LookCounter()
        await Patrol(
            shortestPause: .milliseconds(10),
            longestPause: .milliseconds(100),
            complaint: "x",
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).run {
            switch await looks.next() {
            case 2, 7: .seconds(1)
            default: throw PostgresError.closed
            }
        }
        #expect(clock.pauses == [20, 1000, 20, 40, 80, 100, 1000].map { .milliseconds($0) })
    }
}

/// Counts from 1.
private actor LookCounter {
    private var last = 0

    func next() -> Int {
        last += 1
        return last
    }
}
