import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Schedulers are killed and started again at random while much is due: each due time has exactly one run.
///
/// `CHASSIS_DUE_TIMES` says how many due times (300 without it); `Tests/Schedules/storm` takes ten thousand.
@Suite struct KilledSchedulerTests {
    private static let workflows = 3

    /// Waits until a condition holds, or more runs of a schedule are under way than may be; the most that are.
    private static func most(
        of fleet: Fleet,
        _ number: Int,
        until condition: String,
        _ overlap: String
    ) async throws -> Int {
        try await fleet.wait(
            for: RunID(rawValue: Int64(number)),
            until: PostgresStatement(
                name: nil,
                sql: """
                    SELECT most
                    FROM (SELECT coalesce(max(n), 0) AS most
                          FROM (SELECT count(*) AS n FROM chassis.live_run JOIN chassis.run USING (run_id)
                                GROUP BY version_id) AS live) AS now
                    WHERE \(condition) OR '\(overlap)' <> 'allow' AND most > 1
                    """
            )
        ).int("most")
    }

    private static let dueTimes = getenv("CHASSIS_DUE_TIMES").flatMap { Int(String(cString: $0)) } ?? 300

    /// Whether all run at once, or one behind the other.
    @Test(.timeLimit(.minutes(60)), arguments: [2, 3], ["allow", "queue-all"])
    func eachDueTimeHasOneRun(_ count: Int, _ overlap: String) async throws {
        let fleet = try await Fleet.make()
        let seed = UInt64(count) * 1_000 + UInt64(Self.dueTimes)
        var generator = SeededGenerator(seed: seed)
        var schedulers: [ChildProcess] = []
        for _ in 0..<count { schedulers.append(await fleet.scheduler()) }
        let folder = fleet.directory + "/workflows"
        #expect(mkdir(folder, 0o755) == 0)
        let each = Self.dueTimes / Self.workflows
        for number in 0..<Self.workflows {
            Fleet.write(
                """
                name: w\(number)
                params: {at: {}}
                triggers:
                  - every: 1s
                    catchup: all
                    overlap: \(overlap)
                    end: 2020-01-01T00:00:00Z
                    params: {at: "${{ trigger.due_at }}"}
                jobs: {a: {wait: {for: 0s}}}
                """,
                to: "\(folder)/w\(number).yaml"
            )
        }
        let said = await fleet.chassis(["deploy", folder], at: schedulers[0])
        #expect(said.contains("new       w2"), "\(said)")
        // All of them are due since the last seconds before the end.
        _ = try await fleet.pool.query(
            PostgresStatement(
                name: nil,
                sql: """
                    UPDATE chassis.schedule
                    SET next_due = timestamptz '2020-01-01T00:00:00Z' - $1::bigint * interval '1 second', next_at = now()
                    """
            ),
            [.integer(each)]
        )
        let worker = overlap == "allow" ? nil : fleet.worker("w", arguments: ["--slots", "8"])
        var kills = 0
        let total = each * Self.workflows
        var most = 0
        // One kill for each hundred due times, at least eight.
        for point in (0..<max(8, total / 100)).map({ _ in Int.random(in: 0..<total, using: &generator) }).sorted() {
            let isThere = "(SELECT count(*) FROM chassis.due_time) >= $1::bigint"
            most = max(most, try await Self.most(of: fleet, point, until: isThere, overlap))
            let victim = Int.random(in: 0..<count, using: &generator)
            await schedulers[victim].killAndWait()
            kills += 1
            schedulers[victim] = await fleet.scheduler()
        }
        let isDone = "(SELECT count(*) FROM chassis.schedule WHERE next_due IS NULL) = $1::bigint"
        most = max(most, try await Self.most(of: fleet, Self.workflows, until: isDone, overlap))
        let row = try await fleet.pool.query(
            """
            SELECT (SELECT count(*) FROM chassis.run) AS runs,
                   (SELECT count(DISTINCT (version_id, params->>'at')) FROM chassis.run) AS times,
                   (SELECT count(*) FROM chassis.due_time WHERE run_id IS NOT NULL) AS noted
            """
        ).rows[0]
        #expect(try row.int("runs") == total, "seed \(seed), \(kills) kills")
        #expect(try row.int("times") == total, "seed \(seed), \(kills) kills")
        #expect(try row.int("noted") == total, "seed \(seed), \(kills) kills")
        #expect(overlap == "allow" || most <= 1, "seed \(seed), \(kills) kills")
        for scheduler in schedulers { await scheduler.killAndWait() }
        await worker?.killAndWait()
        await fleet.close()
    }
}
