import JobModel
import Postgres
import Storage
import Testing

/// What is executed long after its worker has said it again, on another connection, begins and settles nothing.
@Suite(.timeLimit(.minutes(5))) struct LateCallTests {
    private static func step(_ job: ClaimedJob, call: Int) -> StepStore.Identity {
        var step = StepStoreTests.step(job, "t0001")
        step.call = call
        return step
    }

    private static let call = PaidCall(
        connection: "c",
        model: "m",
        most: MicroDollars(rawValue: 100),
        price: MoneyFixture.price,
        bounds: .init()
    )

    /// As workers of the release before do it, who know of no numbers.
    @Test func aCallWithoutANumberIsTheNext() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        for most in [100, 50] {
            let row = try await scene.fixture.pool.query(
                PostgresStatement(
                    name: nil,
                    sql: """
                        SELECT verdict FROM chassis.intend_call(
                            $1::bigint, $2::bigint, 't0001', 'model', 'm', 'none', '', 'c', 'm', $3::bigint, '{}',
                            NULL, NULL, NULL, NULL, NULL, now())
                        """
                ),
                [.integer(job.id.rawValue), .integer(job.epoch.rawValue), .integer(most)]
            ).rows[0]
            #expect(try row.string("verdict") == "granted")
            #expect(try await scene.budget()[0] == Int64(most))
            try await scene.settle(job, .failed("refused"))
        }
        let calls = try await scene.fixture.pool.query("SELECT calls FROM chassis.step").rows[0].int("calls")
        #expect(calls == 2)
    }

    /// The last call is settled when the intent of an earlier one comes once more; nobody would settle that.
    @Test(arguments: [1, 2]) func anIntentThatComesLateReservesNothing(_ calls: Int) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        for call in 1...calls {
            #expect(try await scene.steps.intend(Self.step(job, call: call), Self.call) == .granted(warning: nil))
            let isLast = call == calls
            try await scene.steps.settle(
                job: job.id,
                epoch: job.epoch,
                position: "t0001",
                call: call,
                as: isLast ? MoneyFixture.paid(70) : .failed("refused")
            )
        }
        let before = try await scene.budget()
        #expect(before == [0, 70, 0])
        for call in 1...calls {
            #expect(try await scene.steps.intend(Self.step(job, call: call), Self.call) == .granted(warning: nil))
        }
        #expect(try await scene.budget() == before)
    }

    /// The failure of the first call is settled once more while the second one is under way.
    @Test func aSettlementThatComesLateSettlesNoOtherCall() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        let settleFirst = {
            try await scene.steps.settle(
                job: job.id,
                epoch: job.epoch,
                position: "t0001",
                call: 1,
                as: .failed("cut"),
                unknownCalls: 1
            )
        }
        _ = try await scene.steps.intend(Self.step(job, call: 1), Self.call)
        try await settleFirst()
        _ = try await scene.steps.intend(Self.step(job, call: 2), Self.call)
        try await settleFirst()
        #expect(try await scene.budget() == [100, 0, 100])
        try await scene.steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: "t0001",
            call: 2,
            as: MoneyFixture.paid(70)
        )
        #expect(try await scene.budget() == [0, 70, 100])
    }

    /// The settlement of the first call was given up, since the database was away.
    @Test(arguments: [true, false]) func aCallThatNobodySettledIsUnknownWhenTheNextOneBegins(_ isBudgeted: Bool)
        async throws
    {
        let scene = try await MoneyFixture.make()
        if isBudgeted { try await scene.set(1000) }
        let job = try await scene.jobs(1)[0]
        for call in 1...2 {
            #expect(try await scene.steps.intend(Self.step(job, call: call), Self.call) == .granted(warning: nil))
        }
        try await scene.steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: "t0001",
            call: 2,
            as: MoneyFixture.paid(70)
        )
        if isBudgeted { #expect(try await scene.budget() == [0, 70, 100]) }
        #expect(try await scene.ledger() == [0, 70, 100, 0])
        #expect(try await scene.kinds() == ["reserved", "unknown", "reserved", "settled"])
        let row = try await scene.fixture.pool.query("SELECT state, unknown_calls FROM chassis.step").rows[0]
        #expect(try row.string("state") == "recorded" && row.int("unknown_calls") == 1)
    }

    /// What was paid, nobody knows; so there may be no room for the next call, which is not what is to be waited for.
    @Test func aCallThatNobodySettledLeavesNoRoom() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(150)
        let job = try await scene.jobs(1)[0]
        #expect(try await scene.steps.intend(Self.step(job, call: 1), Self.call) == .granted(warning: nil))
        guard case .refused = try await scene.steps.intend(Self.step(job, call: 2), Self.call) else {
            Issue.record("the second call is not refused")
            return
        }
        #expect(try await scene.budget() == [0, 0, 100])
        let row = try await scene.fixture.pool.query("SELECT state, unknown_calls FROM chassis.step").rows[0]
        #expect(try row.string("state") == "unknown" && row.int("unknown_calls") == 1)
    }

    /// Whoever sets a budget locks the rows of the calls under way, behind the lock of all budgets.
    @Test func aBudgetIsSetWhileTheNextCallBegins() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        var call = Self.call
        call.bounds.calls = 9
        let bounded = call
        _ = try await scene.steps.intend(Self.step(job, call: 1), bounded)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                _ = try await connection.query("SELECT pg_advisory_xact_lock(7160546, 1)")
                group.addTask {
                    let verdict = try await scene.steps.intend(Self.step(job, call: 2), bounded)
                    #expect(verdict == .granted(warning: nil))
                }
                while try await scene.fixture.waitingForLocks() == 0 {}
                _ = try await connection.query("UPDATE chassis.step SET charges = charges WHERE money = 'reserved'")
            }
            try await group.waitForAll()
        }
        #expect(try await scene.ledger() == [100, 0, 100, 0])
    }

    @Test func aStepThatNobodySettledIsUnknownWhenItIsBegunAgain() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        for call in [1, 2, 2] { try await scene.steps.intend(Self.step(job, call: call)) }
        let unknown = try await scene.fixture.pool.query("SELECT unknown_calls FROM chassis.step").rows[0]
        #expect(try unknown.int("unknown_calls") == 1)
    }

    @Test func anIntentOfAToolThatComesLateOpensNothing() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        for call in 1...2 { try await scene.steps.intend(Self.step(job, call: call)) }
        try await scene.steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: "t0001",
            call: 2,
            as: .recorded(usage: nil, cost: nil)
        )
        for call in 1...2 { try await scene.steps.intend(Self.step(job, call: call)) }
        let state = try await scene.fixture.pool.query("SELECT state, calls FROM chassis.step").rows[0]
        #expect(try state.string("state") == "recorded" && state.int("calls") == 2)
    }
}
