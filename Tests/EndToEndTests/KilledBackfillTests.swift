import Glibc
import JobModel
import Postgres
import TestSupport
import Testing

/// Schedulers are killed and started again at random while a backfill goes on: each partition has one run.
///
/// `CHASSIS_PARTITIONS` says how many partitions (200 without it); `Tests/Schedules/storm` takes two thousand.
@Suite struct KilledBackfillTests {
    private static let partitions = getenv("CHASSIS_PARTITIONS").flatMap { Int(String(cString: $0)) } ?? 200
    private static let limit = 20

    @Test(.timeLimit(.minutes(60)), arguments: [2, 3])
    func eachPartitionHasOneRun(_ count: Int) async throws {
        let fleet = try await Fleet.make()
        let seed = UInt64(count) * 1_000 + UInt64(Self.partitions)
        var generator = SeededGenerator(seed: seed)
        var schedulers: [ChildProcess] = []
        for _ in 0..<count { schedulers.append(await fleet.scheduler()) }
        Fleet.write(
            """
            name: w
            params: {at: {}}
            triggers: [{asset: raw, params: {at: "${{ trigger.partition }}"}}]
            jobs: {a: {wait: {for: 0s}}}
            """,
            to: fleet.directory + "/w.yaml"
        )
        _ = await fleet.chassis(["deploy", fleet.directory + "/w.yaml"], at: schedulers[0])
        let names = (0..<Self.partitions).flatMap { ["--partition", "p\($0)"] }
        let said = await fleet.chassis(["backfill", "w", "--limit", "\(Self.limit)"] + names, at: schedulers[0])
        #expect(said.contains("backfill 1  w/asset, \(Self.partitions) runs"), "\(said)")
        let worker = fleet.worker("w", arguments: ["--slots", "8"])
        var kills = 0
        func wait(until condition: String, _ number: Int) async throws -> Int {
            try await fleet.wait(
                for: RunID(rawValue: Int64(number)),
                until: PostgresStatement(
                    name: nil,
                    sql: """
                        SELECT most FROM (SELECT count(*) AS most FROM chassis.live_run) AS now
                        WHERE \(condition) OR most > \(Self.limit)
                        """
                )
            ).int("most")
        }
        let note = Comment(rawValue: "seed \(seed)")
        for step in 1...8 {
            let started = "(SELECT count(*) FROM chassis.run) >= $1::bigint"
            #expect(try await wait(until: started, Self.partitions * step / 10) <= Self.limit, note)
            let victim = Int.random(in: 0..<count, using: &generator)
            await schedulers[victim].killAndWait()
            kills += 1
            schedulers[victim] = await fleet.scheduler()
        }
        let ended = "(SELECT count(*) FROM chassis.backfill WHERE ended_at IS NOT NULL) = $1::bigint"
        #expect(try await wait(until: ended, 1) <= Self.limit, note)
        let row = try await fleet.pool.query(
            """
            SELECT (SELECT count(*) FROM chassis.run) AS runs,
                   (SELECT count(DISTINCT params->>'at') FROM chassis.run) AS partitions,
                   (SELECT count(*) FROM chassis.backfill_item JOIN chassis.run USING (run_id)
                    WHERE partition = params->>'at' AND state = 'succeeded') AS noted
            """
        ).rows[0]
        #expect(kills == 8)
        #expect(try row.int("runs") == Self.partitions, note)
        #expect(try row.int("partitions") == Self.partitions, note)
        #expect(try row.int("noted") == Self.partitions, note)
        for scheduler in schedulers { await scheduler.killAndWait() }
        await worker.killAndWait()
        await fleet.close()
    }
}
