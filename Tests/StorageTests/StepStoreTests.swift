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
        #expect(try await open().map(\.position) == ["t0001", "t0004"])
        try await steps.doubt(job: job.id, epoch: job.epoch, position: "t0001", because: "its record is lost")
        #expect(try await open().map { "\($0.position) \($0.state)" } == ["t0001 unknown", "t0004 started"])
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
