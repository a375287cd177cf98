import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Lines with weights, and priorities that age.
@Suite struct WeightTests {
    private static func lines(_ count: Int, _ fixture: QueueFixture) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<count {
            for job in try await fixture.claim(1) {
                let rows = try await fixture.pool.query(
                    "SELECT coalesce(line, team) AS line FROM chassis.run LEFT JOIN chassis.share USING (run_id) WHERE run_id = $1::bigint",
                    [.integer(job.run.rawValue)]
                ).rows
                counts[try #require(rows.first).string("line"), default: 0] += 1
            }
        }
        return counts
    }

    @Test func teamsShareByTheirWeights() async throws {
        let fixture = try await QueueFixture.make()
        try await WeightStore(fixture.pool).set(3, of: "heavy")
        for team in ["light", "heavy", "other"] {
            // In runs of many jobs and of few.
            for size in [40, 1, 7, 100, 2, 50] { try await fixture.submit((0..<size).map { "j\($0)" }, team: team) }
        }
        _ = try await fixture.gates.admit()
        let counts = try await Self.lines(150, fixture)
        #expect((87...93).contains(counts["heavy"] ?? 0), "three fifths: \(counts)")
        #expect((28...32).contains(counts["light"] ?? 0) && (28...32).contains(counts["other"] ?? 0), "\(counts)")
    }

    @Test func keysShareByTheirWeights() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<100 {
            try await fixture.submit(share: LineShare(line: "w acme", weight: 1))
            try await fixture.submit(share: LineShare(line: "w big", weight: 4))
        }
        for _ in 0..<5 { _ = try await fixture.gates.admit() }
        let counts = try await Self.lines(100, fixture)
        #expect((78...82).contains(counts["w big"] ?? 0), "four fifths: \(counts)")
    }

    @Test func aWeightThatIsRemovedCountsNoMore() async throws {
        let fixture = try await QueueFixture.make()
        let weights = WeightStore(fixture.pool)
        try await weights.set(5, of: "a")
        let all = try await weights.all()
        #expect(all.map(\.team) == ["a"] && all.map(\.weight) == [5])
        #expect(try await weights.remove("a"))
        #expect(try await !weights.remove("a"))
        try await fixture.submit(team: "a")
        #expect(try await fixture.claim().first?.isGated == false)
    }

    @Test func aJobThatWaitsForLongGoesWithTheMostUrgent() async throws {
        let fixture = try await QueueFixture.make()
        let old = try await fixture.submit(["old"], now: "2026-01-01T00:00:00Z")
        let young = try await fixture.submit(["young"], now: "2026-01-01T00:09:00Z")
        for _ in 0..<3 { try await fixture.submit(["urgent"], team: "u", priority: 5, now: "2026-01-01T00:09:30Z") }
        let now = "2026-01-01T00:10:00Z"
        #expect(try await fixture.queue.age(after: .seconds(601), now: now) == 0)
        #expect(try await fixture.queue.age(after: .seconds(600), now: now) == 1)
        #expect(try await fixture.queue.age(after: .seconds(600), now: now) == 0, "it is raised already")
        let order = try await fixture.claim(2).map(\.run)
        #expect(order.contains(old), "its team's turn among the most urgent")
        #expect(!order.contains(young))
    }

    /// A backlog of ten thousand old jobs of a backfill, and a fleet that live work fills by four fifths: no live job waits
    /// for one of the backfill's, whose jobs get the rest.
    @Test func aBackfillStandsBehindLiveWorkHoweverOldItIs() async throws {
        let fixture = try await QueueFixture.make()
        let backfill = try await fixture.submit(
            (0..<10_000).map { "j\($0)" },
            priority: -10_000,
            now: "2026-01-01T00:00:00Z"
        )
        for second in 0..<20 {
            let now = "2026-01-01T00:11:\(second + 10)Z"
            var live: Set<RunID> = []
            for _ in 0..<4 { live.insert(try await fixture.submit(["live"], now: now)) }
            _ = try await fixture.queue.age(after: .seconds(600), now: now)
            // What comes behind the raising is not behind what was raised.
            live.insert(try await fixture.submit(["late"], now: now))
            let claimed = try await fixture.claim(6).map(\.run)
            #expect(live.isSubset(of: claimed) && claimed.count { $0 == backfill } == 1, "second \(second): \(claimed)")
        }
    }

    /// Old jobs of backfills are as urgent as the most urgent ones of backfills.
    @Test func jobsOfBackfillsAgeAmongThemselves() async throws {
        let fixture = try await QueueFixture.make()
        let old = try await fixture.submit(["old"], priority: -10_000, now: "2026-01-01T00:00:00Z")
        let other = try await fixture.submit(["other"], team: "u", priority: -9_000, now: "2026-01-01T00:09:30Z")
        let least = try await fixture.submit(["least"], team: "v", priority: -1_000, now: "2026-01-01T00:09:30Z")
        let now = "2026-01-01T00:10:00Z"
        #expect(try await fixture.queue.age(after: .seconds(600), now: now) == 1)
        #expect(try await fixture.queue.age(after: .seconds(600), now: now) == 0, "it is raised already")
        let order = try await fixture.pool.query(
            "SELECT run_id, priority FROM chassis.ready ORDER BY priority DESC, place, run_id"
        )
        #expect(try order.rows.map { try $0.int("priority") } == [-1_000, -9_000, -9_000])
        #expect(try order.rows.map { RunID(rawValue: try $0.int64("run_id")) }.first == least)
        #expect(Set(try order.rows.dropFirst().map { RunID(rawValue: try $0.int64("run_id")) }) == [old, other])
    }
}
