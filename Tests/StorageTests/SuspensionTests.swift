import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs that wait without a lease.
@Suite(.timeLimit(.minutes(5))) struct SuspensionTests {
    private static let approval = Suspension(waitsFor: .approval, detail: "notify")

    private static func suspended(_ fixture: QueueFixture) async throws -> (run: RunID, job: ClaimedJob) {
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        #expect(try await fixture.queue.suspend(job.id, epoch: job.epoch, approval) == .waiting)
        return (run, job)
    }

    @Test func spendsNoAttempt() async throws {
        let fixture = try await QueueFixture.make()
        let (run, job) = try await Self.suspended(fixture)
        #expect(try await fixture.states(of: run) == ["a": "suspended"])
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.queue.resume([job.id]) == ["default"])
        let again = try #require(try await fixture.claim().first)
        #expect(again.attempt == job.attempt)
        #expect(again.epoch.rawValue == job.epoch.rawValue + 1)
        #expect(again.failures == 0 && again.losses == 0)
        let outcomes = try await fixture.pool.query("SELECT outcome FROM chassis.attempt").rows
        #expect(try outcomes.map { try $0.string("outcome") } == ["suspended"])
        _ = try await fixture.end([again])
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func showsWhatItWaitsFor() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let suspension = Suspension(waitsFor: .budget, until: .at(microseconds: 4_000_000_000_000_000), detail: "a\0b")
        #expect(try await fixture.queue.suspend(job.id, epoch: job.epoch, suspension) == .waiting)
        let shown = try #require(try await RunReader(fixture.pool).run(run)?.jobs.first)
        #expect(shown.state == .suspended)
        #expect(shown.waiting?.thing == .budget)
        #expect(shown.waiting?.detail.hasPrefix("a") == true)
        #expect(shown.dueAt?.rawValue == 4_000_000_000_000_000)
        #expect(shown.attempts.map(\.state.rawValue) == ["suspended"])
        #expect(try await RunReader(fixture.pool).queues().map(\.suspended) == [1])
    }

    @Test func needsTheLease() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let first = try #require(try await fixture.claim().first)
        _ = try await fixture.queue.release(first.id, epoch: first.epoch)
        let second = try #require(try await fixture.claim().first)
        // A resumption that comes while the second attempt runs is not taken by the first one, which comes too late.
        #expect(try await fixture.queue.resume([second.id]).isEmpty)
        #expect(try await fixture.queue.suspend(first.id, epoch: first.epoch, Self.approval) == nil)
        #expect(try await fixture.states(of: run) == ["a": "running"])
        #expect(
            try await fixture.queue.suspend(second.id, epoch: second.epoch, Self.approval) == .pending(queue: "default")
        )
        #expect(try await fixture.states(of: run) == ["a": "pending"])
    }

    @Test func remembersAResumptionOfAPendingJobOnce() async throws {
        let fixture = try await QueueFixture.make()
        let (run, job) = try await Self.suspended(fixture)
        for _ in 0..<3 { _ = try await fixture.queue.resume([job.id]) }
        for expected in [QueueStore.Suspended.pending(queue: "default"), .waiting] {
            let claimed = try #require(try await fixture.claim().first)
            #expect(try await fixture.queue.suspend(claimed.id, epoch: claimed.epoch, Self.approval) == expected)
        }
        #expect(try await fixture.states(of: run) == ["a": "suspended"])
    }

    @Test func endsAtOnceWithItsRun() async throws {
        let fixture = try await QueueFixture.make()
        let (run, job) = try await Self.suspended(fixture)
        #expect(try await fixture.runs.cancel(run)?.running == 0)
        #expect(try await fixture.ending(of: run) == "cancelled")
        #expect(try await fixture.queue.resume([job.id]).isEmpty)
        #expect(try await fixture.states(of: run) == ["a": "cancelled"])
    }

    @Test func goesOnAfterAWeek() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let week = Suspension(waitsFor: .time, until: .after(.seconds(7 * 86_400)), detail: "")
        let now = "2026-03-01T12:00:00Z"
        #expect(try await fixture.queue.suspend(job.id, epoch: job.epoch, week, now: now) == .waiting)
        #expect(try await fixture.queue.nextDue(now: "2026-03-08T11:59:00Z") == .seconds(60))
        #expect(try await fixture.queue.readyDueJobs(now: "2026-03-08T11:59:59Z").isEmpty)
        #expect(try await fixture.queue.readyDueJobs(now: "2026-03-08T12:00:00Z") == ["default"])
        #expect(try await fixture.states(of: run) == ["a": "pending"])
        #expect(try await fixture.queue.nextDue() == nil)
    }

    @Test func leavesNothingBehindWithItsRun() async throws {
        let fixture = try await QueueFixture.make()
        let (run, job) = try await Self.suspended(fixture)
        _ = try await fixture.queue.resume([job.id])
        _ = try await fixture.queue.resume([job.id])
        _ = try await fixture.end(try await fixture.claim())
        #expect(try await RetentionStore(fixture.pool).pruneRuns(endedBefore: .zero, limit: 9) == [run])
        #expect(try await fixture.pool.query("SELECT FROM chassis.wake").rows.isEmpty)
    }
}
