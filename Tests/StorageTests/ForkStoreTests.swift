import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite struct ForkStoreTests {
    private static let submission = RunStore.Submission(
        workflow: "w",
        source: "source",
        jobs: [.init(name: "a", kind: "llm"), .init(name: "b", kind: "llm")]
    )

    private static func fork(
        _ source: RunID,
        _ fixture: QueueFixture,
        at parting: ForkStore.Parting? = nil
    ) async throws -> RunID {
        try #require(try await ForkStore(fixture.pool).fork(source, as: submission, parting: parting)).run
    }

    private static func job(_ name: String, of run: RunID, _ fixture: QueueFixture) async throws -> JobID {
        let rows = try await fixture.pool.query(
            "SELECT job_id FROM chassis.job WHERE run_id = $1::bigint AND name = $2::text",
            [.integer(run.rawValue), .text(name)]
        ).rows
        return JobID(rawValue: try rows[0].int64("job_id"))
    }

    private static let cut = ForkReach.upTo(
        attempts: nil,
        gateway: JournalCut(run: RunID(rawValue: 1), epoch: LeaseEpoch(rawValue: 2), byteCount: 345)
    )

    @Test(
        arguments: [
            .all, .nothing, .through("t0002"), cut, .upTo(attempts: nil, gateway: nil),
            .upTo(
                attempts: JournalCut(run: RunID(rawValue: 1), epoch: LeaseEpoch(rawValue: 1), byteCount: 0),
                gateway: nil
            ),
        ] as [ForkReach]
    ) func keepsWhereAForkLeavesItsSource(_ reach: ForkReach) async throws {
        let fixture = try await QueueFixture.make()
        let source = try await fixture.submit([("a", []), ("b", [])]).run
        let edit = ForkEdit(result: ["rows": 0], fingerprint: "ab")
        let fork = try await Self.fork(source, fixture, at: .init(job: "a", step: "x#1", reach: reach, edit: edit))
        let store = ForkStore(fixture.pool)
        let job = try await Self.job("a", of: fork, fixture)
        let own = try #require(try await store.inheritance(of: job))
        let first = try await Self.job("a", of: source, fixture)
        #expect(own.sources == [.init(run: source, job: first, reach: reach)])
        #expect(own.step == "x#1" && own.edit == edit)
        // All other jobs take over everything.
        let otherJob = try await Self.job("b", of: fork, fixture)
        let other = try #require(try await store.inheritance(of: otherJob))
        let second = try await Self.job("b", of: source, fixture)
        #expect(other.sources == [.init(run: source, job: second, reach: .all)])
        #expect(other.step == nil && other.edit == ForkEdit())
        #expect(try await store.inheritance(of: first) == nil)
    }

    /// A fork before this migration, and one by a worker of before, know of no cut: they take over nothing rather than too much.
    @Test func hasWorkersOfBeforeTakeOverNothing() async throws {
        let fixture = try await QueueFixture.make()
        let source = try await fixture.submit([("a", [])]).run
        let fork = try await Self.fork(source, fixture, at: .init(job: "a", step: "x#1", reach: Self.cut))
        let row = try await fixture.pool.query(
            "SELECT inherits, through IS NULL AS goes_nowhere FROM chassis.fork WHERE run_id = $1::bigint",
            [.integer(fork.rawValue)]
        ).rows[0]
        #expect(try row.string("inherits") == "none" && row.bool("goes_nowhere"))
    }

    @Test func tellsWhatTheSourceOfAForkTakesOverItself() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit([("a", [])]).run
        let second = try await Self.fork(first, fixture, at: .init(job: "a", step: "x#1", reach: Self.cut))
        let third = try await Self.fork(second, fixture, at: .init(job: "a", step: "y#1", reach: .through("t0001")))
        let store = ForkStore(fixture.pool)
        let job = try await Self.job("a", of: third, fixture)
        let jobs = [try await Self.job("a", of: second, fixture), try await Self.job("a", of: first, fixture)]
        let expected = [
            ForkSource(run: second, job: jobs[0], reach: .through("t0001")),
            ForkSource(run: first, job: jobs[1], reach: Self.cut),
        ]
        #expect(try await store.inheritance(of: job)?.sources == expected)
        // A run without the job ends the line.
        let other = try await Self.job("b", of: third, fixture)
        let otherJob = try await Self.job("b", of: second, fixture)
        #expect(
            try await store.inheritance(of: other)?.sources == [
                .init(run: second, job: otherJob, reach: .all), .init(run: first, job: nil, reach: .all),
            ]
        )
        // What a job took over before it began afresh is none of its own any more.
        _ = try await fixture.pool.query(
            "INSERT INTO chassis.fresh_start (job_id, epoch, last_run_id) VALUES ($1, 3, 0)",
            [.integer(jobs[0].rawValue)]
        )
        #expect(try await store.inheritance(of: job)?.sources == [expected[0]])
    }
}
