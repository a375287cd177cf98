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
}
