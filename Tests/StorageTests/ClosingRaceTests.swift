import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Marks and retries of the same run, each of which has to see what the one before has done.
@Suite(.timeLimit(.minutes(5))) struct ClosingRaceTests {
    private static let output = StoredOutput.inline(["by": "hand"])
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y"))

    /// Marks a job that has failed, and commits when the body waits for that.
    private func marking(
        _ job: JobID,
        of run: RunID,
        in fixture: QueueFixture,
        until body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                let marked = try await RunStore.markEnded(job, of: run, succeededWith: Self.output, on: connection)
                guard case .marked(before: .failed, _) = marked else {
                    Issue.record("nothing was marked: \(marked)")
                    return
                }
                group.addTask { try await body() }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
    }

    /// Both begin while it has failed; it is taken from the failures of its run once.
    @Test func twoMarksOfOneJobOfALiveRun() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", []), ("c", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.end(Array(jobs.prefix(2)), Self.failure)
        try await marking(jobs[0].id, of: run, in: fixture) {
            let again = try await fixture.pool.transaction {
                try await RunStore.markEnded(jobs[0].id, of: run, succeededWith: .inline(["late": true]), on: $0)
            }
            #expect(again == .nothing)
        }
        #expect(try await fixture.runs.outputs(of: run)[jobs[0].name] == Self.output)
        _ = try await fixture.end([jobs[2]])
        #expect(try await fixture.ending(of: run) == "failed", "\(jobs[1].name) has")
    }

    /// Each makes one of the two that have failed succeeded; whoever comes last mends the run.
    @Test func marksOfBothFailuresOfAnEndedRun() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.end(jobs, Self.failure)
        try await marking(jobs[0].id, of: run, in: fixture) {
            let second = try await fixture.runs.mark(jobs[1].id, of: run, succeededWith: Self.output)
            #expect(second == .marked(before: .failed, hasRunEnded: true))
        }
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// What was marked before the retry keeps its output, and does not run again.
    @Test func aRetryBesideAMark() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.end(jobs, Self.failure)
        try await marking(jobs[0].id, of: run, in: fixture) {
            let retried = try await fixture.runs.retry(run, .init())
            #expect(retried == .goesOn(queues: ["default"]))
        }
        #expect(
            try await fixture.states(of: run) == [jobs[0].name: "succeeded", jobs[1].name: "pending"]
        )
        #expect(try await fixture.runs.outputs(of: run)[jobs[0].name] == Self.output)
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// A claim that takes its time to commit: the job has not ended, and is asked for again.
    @Test func aJobThatIsBeingClaimedAtEachLookHasNotEnded() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.runs.job(named: "a", in: run))
        let late = JobFailure(code: "total-timeout", message: "long")
        try await fixture.pool.transaction { connection in
            _ = try await connection.query(
                Statement.claimJobs,
                [
                    .integer(fixture.session.rawValue), .text("default"), .integer(1), .null, .null,
                    .array([Int64]()), .null,
                ]
            )
            #expect(try await fixture.runs.fail(job.id, of: run, because: late, whilePending: false) == .moving)
            #expect(try await fixture.runs.mark(job.id, of: run, succeededWith: Self.output) == .moving)
        }
        let closing = try await fixture.runs.fail(job.id, of: run, because: late, whilePending: false)
        #expect(closing == .closed(queues: [], resumed: []))
        #expect(try await fixture.ending(of: run) == "failed")
    }
}
