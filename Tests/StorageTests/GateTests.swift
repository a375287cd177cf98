import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Limits and rates, as the queue keeps them.
@Suite(.timeLimit(.minutes(5))) struct GateTests {
    @Test func aLimitLetsSoManyThroughAndTheNextWhenOneEnds() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<5 { try await fixture.submit(gates: [.jobs(2)]) }
        let first = try await fixture.claim()
        #expect(first.count == 2 && first.allSatisfy(\.isGated))
        #expect(try await fixture.held() == 3)
        _ = try await fixture.end([first[0]])
        let next = try await fixture.claim()
        #expect(next.count == 1 && next[0].id > first[1].id, "the first in line")
        _ = try await fixture.end(next + [first[1]])
        #expect(try await fixture.claim().count == 2)
    }

    /// The first submission of a workflow, sent twice at the same moment.
    @Test func twoSubmissionsUnderOneKeyAreOneRun() async throws {
        let fixture = try await QueueFixture.make()
        var submission = RunStore.Submission(
            workflow: "w",
            source: "source",
            jobs: [.init(name: "only", kind: "llm", gates: [.jobs(1)])],
            idempotencyKey: "key"
        )
        submission.gates = [.runs(1)]
        let receipts = try await withThrowingTaskGroup(of: RunStore.Receipt.self) { [submission] group in
            try await fixture.pool.transaction { connection in
                // Neither finds a version or a run of its key, and both wait for the workflow.
                _ = try await connection.query(Statement.addWorkflow, [.text("w"), nil])
                for place in 0..<2 {
                    group.addTask { try await fixture.runs.submit(submission) }
                    while try await fixture.waitingForLocks() <= place {}
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(receipts[0].run == receipts[1].run && receipts.count { $0.isNew } == 1)
        #expect(try await fixture.count("SELECT count(*) FROM chassis.run") == 1)
    }

    @Test func keysHaveLimitsOfTheirOwn() async throws {
        let fixture = try await QueueFixture.make()
        for key in ["a", "b", "a", "b"] { try await fixture.submit(gates: [.jobs(1, key)]) }
        #expect(try await fixture.claim().count == 2)
        #expect(try await fixture.held() == 2)
    }

    /// What others have queued is claimed at once, however much stands at a full limit before it.
    @Test func aFullLimitHidesNothingBehindIt() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit((0..<300).map { "j\($0)" }, gates: [.jobs(1)], priority: 10)
        #expect(try await fixture.claim().count == 1)
        let plain = try await fixture.submit(["plain"])
        #expect(try await fixture.claim().map(\.run) == [plain])
        #expect(try await fixture.pending() == 0)
        #expect(try await fixture.held() == 299)
    }

    @Test func aJobPassesAllOfItsGates() async throws {
        let fixture = try await QueueFixture.make()
        let team = Gate(holder: .job, scope: "team default", most: 2)
        for key in ["a", "a", "b", "c"] { try await fixture.submit(gates: [.jobs(1, key), team]) }
        let first = try await fixture.claim()
        #expect(first.count == 2, "one of a, one of b")
        _ = try await fixture.end([first[1]])
        let third = try await fixture.claim()
        #expect(third.count == 1)
        _ = try await fixture.end(first.prefix(1) + third)
        #expect(try await fixture.claim().count == 1)
        #expect(try await fixture.held() == 0)
    }

    @Test func aHigherPriorityPassesFirst() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.jobs(1)])
        try await fixture.submit(gates: [.jobs(1)])
        let urgent = try await fixture.submit(gates: [.jobs(1)], priority: 5)
        let first = try await fixture.claim()
        _ = try await fixture.end(first)
        #expect(try await fixture.claim().map(\.run) == [urgent])
    }

    @Test func aSuspendedJobHoldsNothingAndPassesAgain() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.jobs(1)])
        try await fixture.submit(gates: [.jobs(1)])
        let first = try await fixture.claim()[0]
        let suspension = Suspension(waitsFor: .event, detail: "x")
        #expect(try await fixture.queue.suspend(first.id, epoch: first.epoch, suspension) == .waiting)
        _ = try await fixture.gates.admit()
        let second = try await fixture.claim()
        #expect(second.map(\.id) != [first.id] && second.count == 1)
        _ = try await fixture.queue.resume([first.id])
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().isEmpty)
        _ = try await fixture.end(second)
        #expect(try await fixture.claim().map(\.id) == [first.id])
    }

    @Test func killsCancellationsReleasesAndRetriesLeaveNoPermitBehind() async throws {
        let fixture = try await QueueFixture.make()
        let runs = [try await fixture.submit(gates: [.jobs(1)]), try await fixture.submit(gates: [.jobs(1)])]
        let first = try await fixture.claim()[0]
        _ = try await fixture.queue.release(first.id, epoch: first.epoch)
        _ = try await fixture.gates.admit()
        var held = try await fixture.claim()
        #expect(held.count == 1)
        try await fixture.loseWorkers()
        _ = try await fixture.gates.admit()
        held = try await fixture.claim()
        #expect(held.count == 1)
        let failure = JobFailure(code: "x", message: "y")
        _ = try await fixture.queue.delay(held[0].id, epoch: held[0].epoch, for: .seconds(60), failure: failure)
        _ = try await fixture.gates.admit()
        #expect(try await fixture.pending() == 1)
        // Cancelled while pending, before a worker had it.
        let pendingRun = runs.first { $0 != held[0].run } ?? runs[0]
        _ = try await fixture.runs.cancel(pendingRun)
        let third = try await fixture.submit(gates: [.jobs(1)])
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().map(\.run) == [third])
        #expect(try await fixture.gates.sweep() == 0)
    }

    @Test func aPendingJobThatIsMarkedMakesRoomForTheNext() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(gates: [.jobs(1)])
        let next = try await fixture.submit(gates: [.jobs(1)])
        #expect(try await fixture.held() == 1)
        let job = try #require(try await fixture.runs.job(named: "only", in: run))
        let closing = try await fixture.runs.mark(job.id, of: run, succeededWith: .inline(.null))
        #expect(closing == .closed(queues: [], resumed: []))
        #expect(try await fixture.gates.admit() == ["default"])
        #expect(try await fixture.claim().map(\.run) == [next])
        #expect(try await fixture.gates.sweep() == 0)
    }

    @Test func dependentsItemsAndRetriesOfARunPassTheirGates() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(
            workflow: "w",
            source: "source",
            jobs: [.init(name: "a", kind: "llm"), .init(name: "b", kind: "llm", needs: ["a"], gates: [.jobs(1)])]
        )
        let runs = [try await fixture.runs.submit(submission).run, try await fixture.runs.submit(submission).run]
        _ = try await fixture.end(try await fixture.claim())
        _ = try await fixture.gates.admit()
        let first = try await fixture.claim()
        #expect(first.map(\.name) == ["b"])
        let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y", isPermanent: true))
        _ = try await fixture.end(first, failure)
        #expect(try await fixture.claim().count == 1)
        let failed = try #require(runs.first { $0 == first[0].run })
        #expect(try await fixture.runs.retry(failed, repeatingUnknown: false) != nil)
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().isEmpty, "the other run's job holds the only permit")
        #expect(try await fixture.held() == 1)
    }

    @Test func aLimitOnRunsHoldsWholeRunsUntilOneEnds() async throws {
        let fixture = try await QueueFixture.make()
        let submission = { (name: String) in
            var submission = RunStore.Submission(
                workflow: "w",
                source: "source",
                jobs: [.init(name: "a", kind: "llm"), .init(name: "b", kind: "llm", needs: ["a"])]
            )
            submission.gates = [.runs(1)]
            return submission
        }
        for name in ["1", "2"] { _ = try await fixture.runs.submit(submission(name)) }
        let first = try await fixture.claim()
        #expect(first.count == 1)
        _ = try await fixture.end(first)
        let second = try await fixture.claim()
        #expect(second.map(\.run) == first.map(\.run), "the run that was let in goes on")
        _ = try await fixture.end(second)
        let third = try await fixture.claim()
        #expect(third.count == 1 && third[0].run != first[0].run)
        #expect(try await fixture.ending(of: first[0].run) == "succeeded")
        _ = try await fixture.runs.cancel(third[0].run)
    }

    @Test func aCancelledRunLetsTheNextOneInAlsoWhenNothingOfItRan() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit(runGates: [.runs(1)])
        let second = try await fixture.submit(runGates: [.runs(1)])
        #expect(try await fixture.pending() == 1)
        _ = try await fixture.runs.cancel(first)
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().map(\.run) == [second])
    }

    @Test func aRateLetsSoManyThroughInAPeriod() async throws {
        let fixture = try await QueueFixture.make()
        let rate = Gate.rate(2, .seconds(60))
        for second in 0..<5 {
            try await fixture.submit(gates: [rate], now: "2026-01-01T00:00:0\(second)Z")
        }
        #expect(try await fixture.claim().count == 2)
        _ = try await fixture.gates.admit(now: "2026-01-01T00:00:59Z")
        #expect(try await fixture.claim().isEmpty)
        _ = try await fixture.gates.admit(now: "2026-01-01T00:01:00Z")
        #expect(try await fixture.claim().count == 1, "a minute after the first")
        _ = try await fixture.gates.admit(now: "2026-01-01T00:01:01Z")
        #expect(try await fixture.claim().count == 1)
        _ = try await fixture.gates.admit(now: "2026-01-01T00:02:00Z")
        #expect(try await fixture.claim().count == 1)
        #expect(try await fixture.held() == 0)
    }

    /// A rate counts attempts: a job that was suspended or released passes free, one that is tried again does not.
    @Test func aRateCountsAttempts() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.rate(1, .seconds(60))])
        let job = try await fixture.claim()[0]
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        _ = try await fixture.gates.admit()
        let again = try #require(try await fixture.claim().first)
        _ = try await fixture.queue.delay(
            again.id,
            epoch: again.epoch,
            for: .zero,
            failure: JobFailure(code: "x", message: "y")
        )
        _ = try await fixture.queue.readyDueJobs()
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().isEmpty)
    }

    @Test func aLimitThatIsRaisedLetsMoreThrough() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<4 { try await fixture.submit(gates: [.jobs(1)]) }
        try await fixture.submit(gates: [.jobs(4)])
        #expect(try await fixture.claim().count == 4)
    }

    @Test func aTransactionThatFailsHoldsNothing() async throws {
        let fixture = try await QueueFixture.make()
        struct Stop: Error {}
        await #expect(throws: Stop.self) {
            try await fixture.pool.transaction { connection in
                _ = try await connection.query("SELECT chassis.admit(10, NULL)")
                throw Stop()
            }
        }
        try await fixture.submit(gates: [.jobs(1)])
        #expect(try await fixture.claim().count == 1)
    }
}
