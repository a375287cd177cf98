import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Schedulers are killed and started again at random while assets have much news: each event is taken once.
///
/// `CHASSIS_ASSET_EVENTS` says how many events (120 without it); `Tests/Schedules/storm` takes ten thousand.
@Suite struct KilledTriggerTests {
    private static let events = getenv("CHASSIS_ASSET_EVENTS").flatMap { Int(String(cString: $0)) } ?? 120

    /// One run for each event; one run at a time; and one at a time that takes all that came meanwhile.
    private static let triggers = [
        "{name: each, asset: e, gather: none, params: PARAMS}",
        "{name: one, asset: e, gather: none, max_active: 1, params: PARAMS}",
        "{name: gathered, any: [e, {all: [never, e]}], max_active: 1, params: PARAMS}",
    ]

    /// Looks until so many events have started runs (the parameter), all of these having ended when all events have; or until
    /// more than one run of a bounded trigger is under way.
    private static let look = PostgresStatement(
        name: nil,
        sql: """
            SELECT most FROM (
                SELECT (SELECT count(*) AS n FROM chassis.news WHERE state = 'started') AS started,
                       (SELECT coalesce(max(n), 0) FROM (
                           SELECT count(*) AS n
                           FROM chassis.live_run JOIN chassis.run USING (run_id)
                           JOIN chassis.event_trigger USING (version_id)
                           WHERE max_active IS NOT NULL GROUP BY trigger_id) AS live) AS most,
                       (SELECT count(*) FROM chassis.live_run) AS live) AS now
            WHERE most > 1 OR started >= $1::bigint AND ($1::bigint < \(events * triggers.count) OR live = 0)
            """
    )

    @Test(.timeLimit(.minutes(60)), arguments: [2, 3])
    func eachEventIsTakenOnce(_ count: Int) async throws {
        let fleet = try await Fleet.make()
        let seed = UInt64(count) * 1_000 + UInt64(Self.events)
        var generator = SeededGenerator(seed: seed)
        var schedulers: [ChildProcess] = []
        for _ in 0..<count { schedulers.append(await fleet.scheduler()) }
        let folder = fleet.directory + "/workflows"
        #expect(mkdir(folder, 0o755) == 0)
        for (number, trigger) in Self.triggers.enumerated() {
            Fleet.write(
                """
                name: w\(number)
                params: {events: {type: array}}
                triggers:
                  - \(trigger.replacing("PARAMS", with: "{events: \"${{ trigger.events }}\"}"))
                jobs: {a: {wait: {for: 0s}}}
                """,
                to: "\(folder)/w\(number).yaml"
            )
        }
        let said = await fleet.chassis(["deploy", folder], at: schedulers[0])
        #expect(said.contains("new       w2"), "\(said)")
        let worker = fleet.worker("w", arguments: ["--slots", "32"])
        let store = EventStore(fleet.pool)
        var kills = 0
        let total = Self.events * Self.triggers.count
        for number in 0..<Self.events {
            let event = try NewEvent(name: "asset:e", key: "\(number)", data: ["rows": .integer(Int64(number))])
            _ = try await store.add(event, team: "default", source: "test")
            guard number % max(1, Self.events / 8) == 0 else { continue }
            let victim = Int.random(in: 0..<count, using: &generator)
            await schedulers[victim].killAndWait()
            kills += 1
            schedulers[victim] = await fleet.scheduler()
        }
        // Looked at again and again: of the bounded triggers, more than one run is never there. One kill for each hundred events,
        // at least eight, while the runs start.
        var last = try await fleet.wait(for: RunID(rawValue: 0), until: Self.look)
        for point in (0..<max(8, Self.events / 100)).map({ _ in Int.random(in: 0..<total, using: &generator) }).sorted()
        where try last.int("most") <= 1 {
            last = try await fleet.wait(for: RunID(rawValue: Int64(point)), until: Self.look)
            let victim = Int.random(in: 0..<count, using: &generator)
            await schedulers[victim].killAndWait()
            kills += 1
            schedulers[victim] = await fleet.scheduler()
        }
        if try last.int("most") <= 1 {
            last = try await fleet.wait(for: RunID(rawValue: Int64(total)), until: Self.look)
        }
        let note = Comment(rawValue: "seed \(seed), \(kills) kills")
        #expect(try last.int("most") <= 1, note)
        let rows = try await fleet.pool.query(
            """
            SELECT workflow.name, count(DISTINCT run_id) AS runs, count(*) AS taken, count(DISTINCT event->>'id') AS events
            FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
            CROSS JOIN jsonb_array_elements(params->'events') AS event
            GROUP BY workflow.name
            ORDER BY workflow.name
            """
        ).rows
        #expect(rows.count == Self.triggers.count, note)
        for (number, row) in rows.enumerated() {
            #expect(try row.int("taken") == Self.events && row.int("events") == Self.events, note)
            if number < 2 { #expect(try row.int("runs") == Self.events, note) }
        }
        for scheduler in schedulers { await scheduler.killAndWait() }
        await worker.killAndWait()
        await fleet.close()
    }
}
