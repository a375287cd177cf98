import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// `why` gives each reason, since when, and what would let the job go.
@Suite struct WhyTests {
    private static func why(_ fixture: QueueFixture, _ run: RunID, _ job: String? = nil) async throws -> WaitReason {
        try #require(try await RunReader(fixture.pool).why(run, job: job))
    }

    @Test func pendingJobsTellOfWorkersSlotsAndPlaces() async throws {
        let fixture = try await QueueFixture.make()
        let runs = [try await fixture.submit(["a"]), try await fixture.submit(["a"])]
        #expect(try await Self.why(fixture, runs[0]).code == .next)
        let behind = try await Self.why(fixture, runs[1])
        #expect(behind.code == .behind && behind.text == "stands behind 1 other in the queue default")
        #expect(behind.state == .pending && behind.remedy != nil)
        try await fixture.pool.withConnection { try await $0.execute("UPDATE chassis.session SET slots = 0") }
        #expect(try await Self.why(fixture, runs[0]).code == .slots)
        try await PauseStore(fixture.pool).pause(queue: "default")
        let paused = try await Self.why(fixture, runs[0])
        #expect(paused.code == .queuePaused && paused.remedy == "chassis resume --queue default")
        _ = try await PauseStore(fixture.pool).resume(queue: "default")
        try await fixture.pool.withConnection { try await $0.execute("UPDATE chassis.session SET ended_at = now()") }
        let alone = try await Self.why(fixture, runs[0])
        #expect(alone.code == .noWorker && alone.text == "no live worker claims from the queue default")
    }

    @Test func jobsThatAskForLabelsTellOfThem() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(
            workflow: "w",
            source: "source",
            jobs: [.init(name: "a", kind: "llm", queue: "default;gpu=a100;region=eu")]
        )
        let run = try await fixture.runs.submit(submission).run
        let reason = try await Self.why(fixture, run)
        #expect(reason.code == .noLabel)
        #expect(reason.text == "no live worker of the queue default has gpu=a100 and region=eu")
        try await fixture.pool.withConnection {
            try await $0.execute("UPDATE chassis.session SET labels = '{region=eu,gpu=a100,x=y}'")
        }
        #expect(try await Self.why(fixture, run).code == .next)
    }

    @Test func runningEndedAndBlockedJobsTellOfIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let blocked = try await Self.why(fixture, run, "b")
        #expect(blocked.code == .upstream && blocked.text == "needs a, which is pending" && blocked.state == .blocked)
        let job = try await fixture.claim()
        #expect(try await Self.why(fixture, run).code == .running)
        #expect(try await Self.why(fixture, run, "b").text == "needs a, which is running")
        _ = try await fixture.end(job)
        #expect(try await Self.why(fixture, run, "a").code == .ended)
        #expect(try await Self.why(fixture, run, "b").code == .next)
        #expect(try await RunReader(fixture.pool).why(run, job: "c") == nil)
    }

    @Test(arguments: Suspension.Thing.allCases) func suspendedJobsTellWhatTheyWaitFor(_ thing: Suspension.Thing)
        async throws
    {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(["a"])
        let job = try await fixture.claim()[0]
        let suspension = Suspension(waitsFor: thing, until: .after(.seconds(60)), detail: "the thing")
        _ = try await fixture.queue.suspend(job.id, epoch: job.epoch, suspension)
        let reason = try await Self.why(fixture, run)
        #expect(reason.code.rawValue == thing.rawValue && reason.text.contains("the thing"))
        #expect(reason.state == .suspended && reason.until != nil)
    }

    @Test func aFailedAttemptTellsWhenTheNextIsDue() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(["a"])
        let job = try await fixture.claim()[0]
        let failure = JobFailure(code: "x", message: "y")
        _ = try await fixture.queue.delay(job.id, epoch: job.epoch, for: .seconds(60), failure: failure)
        let reason = try await Self.why(fixture, run)
        #expect(reason.code == .retry && reason.until != nil && reason.state == .delayed)
    }

    @Test func heldJobsTellOfTheirLimitRateOrPause() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit(gates: [.jobs(1, "acme")])
        let second = try await fixture.submit(gates: [.jobs(1, "acme")])
        let third = try await fixture.submit(gates: [.jobs(1, "acme")])
        let limit = try await Self.why(fixture, second)
        #expect(limit.code == .limit && limit.state == .pending)
        #expect(limit.text == "1 job at once may be active (job w/only, key acme), and is (run \(first))")
        #expect(try await Self.why(fixture, third).text.hasSuffix("; 1 stands before it"))
        _ = try await fixture.submit(["r"], gates: [.rate(1, .seconds(60))])
        let late = try await fixture.submit(["r"], gates: [.rate(1, .seconds(60))])
        let rate = try await Self.why(fixture, late)
        #expect(rate.code == .rate && rate.until != nil && rate.text.contains("1 jobs in 1m may begin"))
        _ = try await PauseStore(fixture.pool).pause(second)
        #expect(try await Self.why(fixture, second).code == .runPaused)
        _ = try await PauseStore(fixture.pool).pause(workflow: "w")
        let paused = try await Self.why(fixture, third)
        #expect(paused.code == .workflowPaused && paused.remedy == "chassis resume w")
    }

    @Test func aCancelledJobThatIsClaimedJustNowTellsOfIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(["a"])
        try await fixture.pool.withConnection {
            try await $0.execute("UPDATE chassis.live_run SET cancelled_at = now()")
        }
        #expect(try await Self.why(fixture, run).code == .cancelled)
    }
}
