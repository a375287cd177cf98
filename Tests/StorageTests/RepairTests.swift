import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// What a look finds, and that a pass mends it.
@Suite(.timeLimit(.minutes(5))) struct RepairTests {
    private static let grace = Duration.milliseconds(300)

    private func look(_ fixture: QueueFixture, now: String? = nil) async throws -> RepairLook {
        try await fixture.pool.withConnection { try await RepairLook.take(grace: Self.grace, on: $0, now: now) }
    }

    @Test func aLookTellsOfTheSessionThatItEnds() async throws {
        let fixture = try await QueueFixture.make()
        let look = try await look(fixture, now: "2999-01-01")
        #expect(look.sessions == [.init(session: fixture.session, worker: "w1", endReason: "lease expired")])
        #expect(look.hasEndedSessions)
    }

    @Test func aLookTellsWhetherAJobIsDue() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", [])])
        let job = try #require(try await fixture.claim().first)
        let failure = JobFailure(code: "x", message: "y")
        _ = try await fixture.queue.delay(job.id, epoch: job.epoch, for: .seconds(600), failure: failure)
        #expect(try await !look(fixture).hasDueJobs)
        let due = try await fixture.pool.query("SELECT due_at::text AS at FROM chassis.waiting").rows[0].string("at")
        #expect(try await look(fixture, now: due).hasDueJobs)
    }

    @Test func aLookTellsWhetherSomebodyMayPassTheDoor() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit(runGates: [.runs(1)])
        try await fixture.submit(runGates: [.runs(1)])
        _ = try await fixture.gates.admit()
        #expect(try await !look(fixture).isNewsAtDoor)
        _ = try await fixture.runs.cancel(first)
        #expect(try await look(fixture).isNewsAtDoor)
    }

    /// All at once: a session that died, a job whose time has come, and one that waits for a place that has become free.
    @Test func aPassThatIsNotThoroughMendsWhatTheLookFound() async throws {
        let fixture = try await QueueFixture.make()
        let lost = try await fixture.submit([("a", [])]).run
        let claimed = try #require(try await fixture.claim().first)
        _ = try await fixture.submit([("b", [])])
        let delayed = try #require(try await fixture.claim(1).first)
        let failure = JobFailure(code: "x", message: "y")
        _ = try await fixture.queue.delay(delayed.id, epoch: delayed.epoch, for: .zero, failure: failure)
        _ = try await fixture.pool.query("UPDATE chassis.session SET lease_expires_at = now() - interval '1 second'")

        let report = try await Repair().pass(on: fixture.pool, isThorough: false)
        #expect(report.sessions.map(\.endReason) == ["lease expired"])
        #expect(report.rescued.map(\.job) == [claimed.id])
        #expect(report.due == 1)
        #expect(report.readied == ["default"])
        #expect(try await fixture.states(of: lost) == ["a": "pending"])
        #expect(try await fixture.pending() == 2)
    }

    @Test func aPassThatIsNotThoroughLetsHeldJobsThrough() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit(runGates: [.runs(1)])
        try await fixture.submit(runGates: [.runs(1)])
        _ = try await fixture.gates.admit()
        #expect(try await fixture.held() == 1)
        _ = try await fixture.runs.cancel(first)
        let report = try await Repair().pass(on: fixture.pool, isThorough: false)
        #expect(report.readied == ["default"])
        #expect(try await fixture.held() == 0)
    }
}
