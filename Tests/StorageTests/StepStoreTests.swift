import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite struct StepStoreTests {
    static func step(_ job: ClaimedJob, _ position: String, effect: Effect = .none) -> StepStore.Identity {
        .init(
            job: job.id,
            epoch: job.epoch,
            attempt: job.attempt,
            position: position,
            kind: "model",
            name: "m",
            effect: effect,
            fingerprint: [UInt8](repeating: 7, count: 32)
        )
    }

    @Test func writesNoIntentUnderALostLease() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let job = try #require(try await fixture.claim().first)
        try await steps.intend(Self.step(job, "t0001"))
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        await #expect(throws: StorageError.leaseLost(job.id, job.epoch)) {
            try await steps.intend(Self.step(job, "t0002"))
        }
        let open = try await steps.open(of: job.id, before: LeaseEpoch(rawValue: 2))
        #expect(open.map(\.position) == ["t0001"])
        #expect(open[0].fingerprint == String(repeating: "07", count: 32))
    }

    /// A worker that was stopped past its lease ends its step, and notes it before it has heard.
    @Test func aFreeStepThatEndedBehindItsAttemptIsNotListed() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let lost = try #require(try await fixture.claim().first)
        try await fixture.loseWorkers()
        _ = try await fixture.pool.query("UPDATE chassis.attempt SET ended_at = now() - interval '1 hour'")
        let job = try #require(try await fixture.claim().first)
        try await steps.add([
            .init(identity: Self.step(lost, "before#1"), startedAgo: .seconds(7_200), took: .seconds(1)),
            .init(identity: Self.step(lost, "behind#1"), startedAgo: .seconds(7_200), took: .seconds(7_100)),
            .init(identity: Self.step(job, "now#1"), startedAgo: .seconds(1), took: .seconds(1)),
        ])
        let listed = try await fixture.pool.query("SELECT position FROM chassis.step ORDER BY position").rows
        #expect(try listed.map { try $0.string("position") } == ["before#1", "now#1"])
    }

    @Test func listsWhatIsOpenAndWhatIsUnknown() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        for position in ["t0001", "t0002", "t0003", "t0004"] {
            try await steps.intend(Self.step(job, position, effect: .once))
        }
        let settle = { (position: String, settlement: StepStore.Settlement) in
            try await steps.settle(job: job.id, epoch: job.epoch, position: position, as: settlement)
        }
        try await settle("t0001", .recorded(usage: ["input": 3], cost: MicroDollars(rawValue: 12)))
        try await settle("t0002", .failed("refused"))
        try await settle("t0003", .unknown("cut"))
        let open = { try await steps.open(of: job.id, before: LeaseEpoch(rawValue: 9)) }
        #expect(
            try await open().map { "\($0.position) \($0.state)" } == [
                "t0001 recorded", "t0003 unknown", "t0004 started",
            ]
        )
        _ = try await fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        _ = try await fixture.runs.retry(run, repeatingUnknown: true)
        #expect(try await open().map(\.position) == ["t0001"])
    }

    /// A worker that lost its lease while a call was under way comes back and settles: whether its record will be seen is
    /// for the next attempt to say.
    @Test func settlesNothingUnderALostLease() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let zombie = try #require(try await fixture.claim().first)
        try await steps.intend(Self.step(zombie, "t0001"))
        _ = try await fixture.queue.release(zombie.id, epoch: zombie.epoch)
        let holder = try #require(try await fixture.claim().first)
        let settle = { try await steps.settle(job: zombie.id, epoch: zombie.epoch, position: "t0001", as: $0) }
        let recorded = StepStore.Settlement.recorded(usage: nil, cost: MicroDollars(rawValue: 12))
        try await settle(recorded)
        #expect(try await Self.states(fixture) == ["1 t0001 started 0"])

        let open = try #require(try await steps.open(of: holder.id, before: holder.epoch).first)
        try await steps.settle(open, of: holder.id, by: holder.epoch, as: .unknown("no record"))
        #expect(try await Self.states(fixture) == ["1 t0001 unknown 1"])
        try await settle(recorded)
        #expect(try await Self.states(fixture) == ["1 t0001 unknown 1"])
        // The record is found after all.
        try await steps.settle(open, of: holder.id, by: holder.epoch, as: recorded)
        #expect(try await Self.states(fixture) == ["1 t0001 recorded 0"])
    }

    @Test func settlesWhatAnEarlierAttemptLeftOnlyForTheHolder() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let first = try #require(try await fixture.claim().first)
        try await steps.intend(Self.step(first, "t0001"))
        _ = try await fixture.queue.release(first.id, epoch: first.epoch)
        let second = try #require(try await fixture.claim().first)
        let open = try #require(try await steps.open(of: second.id, before: second.epoch).first)
        _ = try await fixture.queue.release(second.id, epoch: second.epoch)
        await #expect(throws: StorageError.leaseLost(second.id, second.epoch)) {
            try await steps.settle(open, of: second.id, by: second.epoch, as: .unknown("no record"))
        }
        #expect(try await Self.states(fixture) == ["1 t0001 started 0"])
    }

    @Test func aRecordIsDoubtedOnlyByTheHolder() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let first = try #require(try await fixture.claim().first)
        var step = Self.step(first, "t0001")
        step.effect = .once
        try await steps.intend(step)
        try await steps.settle(
            job: first.id,
            epoch: first.epoch,
            position: "t0001",
            as: .recorded(usage: nil, cost: nil)
        )
        _ = try await fixture.queue.release(first.id, epoch: first.epoch)
        let zombie = try #require(try await fixture.claim().first)
        let recorded = try #require(try await steps.open(of: zombie.id, before: zombie.epoch).first)
        _ = try await fixture.queue.release(zombie.id, epoch: zombie.epoch)
        let holder = try #require(try await fixture.claim().first)
        // What a zombie misses may be the record of a later attempt.
        await #expect(throws: StorageError.leaseLost(zombie.id, zombie.epoch)) {
            try await steps.doubt(recorded, of: zombie.id, by: zombie.epoch, because: "lost")
        }
        #expect(try await Self.states(fixture) == ["1 t0001 recorded 0"])
        try await steps.doubt(recorded, of: holder.id, by: holder.epoch, because: "lost")
        #expect(try await Self.states(fixture) == ["1 t0001 unknown 0"])
    }

    @Test(arguments: ["failed", "cancelled", "cancelled while it waits"])
    func leavesNoIntentOpenInAJobThatEndedWithoutSuccess(how: String) async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        try await steps.intend(Self.step(job, "t0001"))
        switch how {
        case "failed": _ = try await fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        case "cancelled": _ = try await fixture.end([job], .cancelled)
        default:
            _ = try await fixture.queue.release(job.id, epoch: job.epoch)
            _ = try await fixture.runs.cancel(run)
        }
        #expect(try await fixture.ending(of: run) != nil)
        #expect(try await Self.states(fixture) == ["1 t0001 unknown 1"])
    }

    /// Each step as epoch, position, state and unknown calls.
    private static func states(_ fixture: QueueFixture) async throws -> [String] {
        try await fixture.pool.query(
            "SELECT concat_ws(' ', epoch, position, state, unknown_calls) AS line FROM chassis.step ORDER BY epoch"
        ).rows.map { try $0.string("line") }
    }

    /// A worker that says so again because it heard no answer, or so late that its lease was lost, changes nothing.
    @Test func theFirstSettlementStands() async throws {
        let fixture = try await QueueFixture.make()
        let steps = StepStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let job = try #require(try await fixture.claim().first)
        try await steps.intend(Self.step(job, "t0001.1", effect: .once))
        let settle = { (settlement: StepStore.Settlement) in
            try await steps.settle(job: job.id, epoch: job.epoch, position: "t0001.1", as: settlement, unknownCalls: 1)
        }
        try await settle(.unknown("the attempt ended before the result was recorded"))
        try await settle(.unknown("the attempt ended before the result was recorded"))
        try await settle(.recorded(usage: nil, cost: nil))
        let rows = try await fixture.pool.query("SELECT state, unknown_calls FROM chassis.step").rows
        #expect(try rows.map { "\(try $0.string("state")) \(try $0.int("unknown_calls"))" } == ["unknown 1"])
        #expect(try await steps.open(of: job.id, before: LeaseEpoch(rawValue: 9)).map(\.state) == [.unknown])
    }
}
