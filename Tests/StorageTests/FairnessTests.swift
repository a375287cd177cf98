import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Teams take turns in a queue, however much one of them has queued.
@Suite struct FairnessTests {
    /// The teams of claimed jobs, in the order of their claims.
    private static func claim(_ count: Int, _ fixture: QueueFixture) async throws -> [String] {
        var teams: [String] = []
        for _ in 0..<count {
            for job in try await fixture.claim(1) { teams.append(try await team(of: job, fixture)) }
        }
        return teams
    }

    private static func team(of job: ClaimedJob, _ fixture: QueueFixture) async throws -> String {
        let rows = try await fixture.pool.query(
            "SELECT team FROM chassis.run WHERE run_id = $1::bigint",
            [.integer(job.run.rawValue)]
        ).rows
        return try #require(rows.first).string("team")
    }

    /// Starts a run of jobs that need nothing.
    private static func submit(
        _ team: String,
        jobs: Int,
        priority: Int16 = 0,
        _ fixture: QueueFixture
    ) async throws {
        _ = try await fixture.runs.submit(
            .init(
                workflow: "w",
                source: "source",
                team: team,
                jobs: (0..<jobs).map { .init(name: "j\($0)", kind: "llm", priority: priority) }
            )
        )
    }

    @Test func aLongLineOfOneTeamDoesNotHoldUpAnother() async throws {
        let fixture = try await QueueFixture.make()
        try await Self.submit("large", jobs: 100, fixture)
        #expect(try await Self.claim(10, fixture) == Array(repeating: "large", count: 10))
        try await Self.submit("small", jobs: 3, fixture)
        let next = try await Self.claim(7, fixture)
        #expect(next.filter { $0 == "small" }.count == 3, "\(next)")
    }

    @Test func teamsTakeTurnsHoweverTheirRunsAreCut() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<20 { try await Self.submit("a", jobs: 1, fixture) }
        try await Self.submit("b", jobs: 5, fixture)
        try await Self.submit("b", jobs: 15, fixture)
        try await Self.submit("c", jobs: 20, fixture)
        let first = try await Self.claim(30, fixture)
        for team in ["a", "b", "c"] { #expect(first.filter { $0 == team }.count == 10, "\(first)") }
    }

    /// What a team did while others had nothing to do is not held against it.
    @Test func aTeamIsNotPunishedForWhatItDidAlone() async throws {
        let fixture = try await QueueFixture.make()
        try await Self.submit("a", jobs: 50, fixture)
        _ = try await Self.claim(40, fixture)
        try await Self.submit("b", jobs: 50, fixture)
        let next = try await Self.claim(20, fixture)
        #expect(next.filter { $0 == "a" }.count == 10, "\(next)")
    }

    @Test func priorityGoesBeforeFairness() async throws {
        let fixture = try await QueueFixture.make()
        try await Self.submit("a", jobs: 2, fixture)
        try await Self.submit("b", jobs: 3, priority: 1, fixture)
        #expect(try await Self.claim(5, fixture) == ["b", "b", "b", "a", "a"])
    }

    @Test func jobsOfATeamGoInTheOrderInWhichTheyBecamePending() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<3 { _ = try await fixture.submit([("a", []), ("b", [])]) }
        let jobs = try await fixture.claim()
        #expect(jobs.map(\.id) == jobs.map(\.id).sorted())
        var one: [JobID] = []
        for _ in 0..<3 { _ = try await fixture.submit([("a", []), ("b", [])]) }
        for _ in 0..<6 { one += try await fixture.claim(1).map(\.id) }
        #expect(one == one.sorted())
    }

    /// Jobs that become pending later go to the end of their team's line, whatever made them pending.
    @Test func dependentsAndReleasedJobsStandInTheLineOfTheirTeam() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", []), ("b", []), ("c", ["a"])])
        let first = try await fixture.claim(2)
        try await Self.submit("other", jobs: 4, fixture)
        _ = try await fixture.end([first[0]])
        _ = try await fixture.queue.release(first[1].id, epoch: first[1].epoch)
        #expect(try await Self.claim(6, fixture).prefix(4).filter { $0 == "default" }.count == 2)
    }

    /// Without pending rows at the ends of lines, a submission finds its place through indexes alone.
    @Test func placesAreReadFromIndexes() async throws {
        let fixture = try await QueueFixture.make()
        let lines = try await fixture.pool.withConnection { connection in
            try await connection.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
            return try await connection.query(
                """
                EXPLAIN SELECT place FROM chassis.ready WHERE queue = 'q' AND priority = 0 AND line_end = 't'
                ORDER BY queue DESC, priority DESC, line_end DESC, place DESC LIMIT 1
                """
            ).rows.map { try $0.string("QUERY PLAN") }
        }
        #expect(lines.contains { $0.contains("ready_line") } && !lines.contains { $0.contains("Sort") }, "\(lines)")
    }
}
