import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Calls that were answered before their answers were made: the most that they can cost is kept as unknown, until it is told.
@Suite(.timeLimit(.minutes(5))) struct AwaitedCallTests {
    private static let usage: JSONValue = ["input": 100, "output": 10]

    private static func await(_ job: ClaimedJob, at epoch: LeaseEpoch? = nil, in scene: MoneyFixture) async throws
        -> StepStore.AwaitedCall?
    {
        try await scene.steps.awaitCost(of: "t0001", at: epoch ?? job.epoch, of: job.id, by: job.epoch)
    }

    private static func tell(
        _ cost: Int64,
        of call: StepStore.AwaitedCall,
        to job: ClaimedJob,
        in scene: MoneyFixture
    ) async throws {
        try await scene.steps.settle(
            call,
            of: job.id,
            by: job.epoch,
            usage: usage,
            cost: MicroDollars(rawValue: cost)
        )
    }

    @Test(arguments: [true, false]) func theMostIsUnknownUntilTheCostIsTold(_ isBudgeted: Bool) async throws {
        let scene = try await MoneyFixture.make()
        if isBudgeted { try await scene.set(1000) }
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let call = try #require(try await Self.await(job, in: scene))
        #expect(call.position == "t0001" && call.epoch == job.epoch && call.price == MoneyFixture.price)
        // Said twice, as by a worker that heard no answer.
        #expect(try await Self.await(job, in: scene) == nil)
        #expect(try await scene.ledger() == [0, 0, 600, 0])
        if isBudgeted { #expect(try await scene.budget() == [0, 0, 600]) }
        #expect(try await scene.steps.awaitedCalls(of: job.id) == [call])
        #expect(try await scene.money.costs(by: .team).map(\.unknownCalls) == [1])
        for _ in 0..<2 { try await Self.tell(200, of: call, to: job, in: scene) }
        #expect(try await scene.ledger() == [0, 200, 0, 0])
        if isBudgeted { #expect(try await scene.budget() == [0, 200, 0]) }
        #expect(try await scene.kinds() == ["reserved", "unknown", "found"])
        #expect(try await scene.steps.awaitedCalls(of: job.id).isEmpty)
        let costs = try await scene.money.costs(by: .team)
        #expect(costs.map(\.unknownCalls) == [0] && costs.map(\.calls) == [1] && costs.map(\.estimatedCalls) == [0])
        let row = try await scene.fixture.pool.query(
            "SELECT state, money, unknown_calls, cost_micro_usd, usage::text AS usage FROM chassis.step"
        ).rows[0]
        #expect(try row.string("state") == "recorded" && row.string("money") == "settled")
        #expect(try row.int("unknown_calls") == 0 && row.int64("cost_micro_usd") == 200)
        #expect(try JSONValue(parsing: row.string("usage")) == Self.usage)
    }

    /// The next attempt does it, by the records.
    @Test func nothingIsWrittenUnderALostLease() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let first = try await scene.jobs(1)[0]
        _ = try await scene.reserve(first, 600)
        _ = try await scene.fixture.queue.release(first.id, epoch: first.epoch)
        await #expect(throws: StorageError.leaseLost(first.id, first.epoch)) {
            try await Self.await(first, in: scene)
        }
        #expect(try await scene.budget() == [600, 0, 0])
        let second = try #require(try await scene.fixture.claim(1).first)
        let call = try #require(try await Self.await(second, at: first.epoch, in: scene))
        #expect(call.epoch == first.epoch)
        #expect(try await scene.budget() == [0, 0, 600])
        _ = try await scene.fixture.queue.release(second.id, epoch: second.epoch)
        await #expect(throws: StorageError.leaseLost(second.id, second.epoch)) {
            try await Self.tell(200, of: call, to: second, in: scene)
        }
        #expect(try await scene.budget() == [0, 0, 600])
        let third = try #require(try await scene.fixture.claim(1).first)
        try await Self.tell(200, of: call, to: third, in: scene)
        #expect(try await scene.budget() == [0, 200, 0])
    }

    /// The record of an intent that was listed as unknown is found after all.
    @Test func aCallThatWasUnknownAwaitsItsCostWhenItsRecordIsFound() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        try await scene.settle(job, .unknown("no record"), unknownCalls: 1)
        let call = try #require(try await Self.await(job, in: scene))
        #expect(try await scene.ledger() == [0, 0, 600, 0])
        try await Self.tell(200, of: call, to: job, in: scene)
        #expect(try await scene.kinds() == ["reserved", "unknown", "found"])
        let unknown = try await scene.fixture.pool.query("SELECT unknown_calls FROM chassis.step").rows[0]
        #expect(try unknown.int("unknown_calls") == 0)
    }

    @Test func nothingIsToldOfACallWithoutAPrice() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, nil)
        #expect(try await Self.await(job, in: scene) == nil)
        #expect(try await scene.steps.awaitedCalls(of: job.id).isEmpty)
        #expect(try await scene.kinds() == ["reserved", "settled"])
        #expect(try await scene.money.costs(by: .team).map(\.unpricedCalls) == [1])
    }

    @Test func twoWhoAreToldAtOncePutItDownOnce() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let call = try #require(try await Self.await(job, in: scene))
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                _ = try await connection.query("SELECT FROM chassis.step FOR UPDATE")
                for waiting in 0..<2 {
                    group.addTask { try await Self.tell(200, of: call, to: job, in: scene) }
                    while try await scene.fixture.waitingForLocks() <= waiting {}
                }
            }
            try await group.waitForAll()
        }
        #expect(try await scene.budget() == [0, 200, 0])
        #expect(try await scene.kinds() == ["reserved", "unknown", "found"])
    }

    /// Whoever sets a budget locks rows of steps behind the lock of all budgets.
    @Test func aBudgetIsSetWhileACostIsTold() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let underLock = { (body: @escaping @Sendable () async throws -> Void) in
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await scene.fixture.pool.transaction { connection in
                    _ = try await connection.query("SELECT pg_advisory_xact_lock(7160546, 1)")
                    group.addTask { try await body() }
                    while try await scene.fixture.waitingForLocks() == 0 {}
                    _ = try await connection.query("UPDATE chassis.step SET charges = charges")
                }
                try await group.waitForAll()
            }
        }
        try await underLock { _ = try await Self.await(job, in: scene) }
        let call = try #require(try await scene.steps.awaitedCalls(of: job.id).first)
        try await underLock { try await Self.tell(200, of: call, to: job, in: scene) }
        #expect(try await scene.ledger() == [0, 200, 0, 0])
    }

    /// Such as a fork, whose steps have the positions of its source.
    @Test func aJobIsToldNothingOfAnothersCalls() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        for job in jobs { _ = try await scene.reserve(job, 600) }
        let call = try #require(try await Self.await(jobs[0], in: scene))
        try await Self.tell(200, of: call, to: jobs[1], in: scene)
        #expect(try await scene.ledger() == [600, 0, 600, 0])
        #expect(try await scene.steps.awaitedCalls(of: jobs[0].id) == [call])
        #expect(try await scene.steps.awaitedCalls(of: jobs[1].id).isEmpty)
    }

    /// The source has ended, or goes on; whoever is told first puts it down, in the source's budgets and under its name.
    @Test(arguments: [true, false]) func aForkIsToldOfACallOfItsSource(_ hasEnded: Bool) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let jobs = try await scene.jobs(2)
        for job in jobs { _ = try await scene.reserve(job, job.id == jobs[0].id ? 600 : 300) }
        var call = try #require(try await Self.await(jobs[0], in: scene))
        if hasEnded { _ = try await scene.fixture.end([jobs[0]]) }
        call.source = jobs[0].id
        for _ in 0..<2 { try await Self.tell(200, of: call, to: jobs[1], in: scene) }
        // The fork's own call, at the same position, is what it was.
        #expect(try await scene.budget() == [300, 200, 0])
        #expect(try await scene.steps.awaitedCalls(of: jobs[0].id).isEmpty)
        let rows = try await scene.fixture.pool.query(
            "SELECT job_id, run_id, paid_micro_usd FROM chassis.ledger WHERE kind = 'found'"
        ).rows
        #expect(rows.count == 1)
        #expect(try rows[0].int64("job_id") == jobs[0].id.rawValue && rows[0].int64("run_id") == jobs[0].run.rawValue)
        if !hasEnded {
            call.source = nil
            try await Self.tell(100, of: call, to: jobs[0], in: scene)
            #expect(try await scene.budget() == [300, 200, 0])
        }
    }

    /// What decides is the lease of whoever is told, also where the call is another's.
    @Test func aForkThatLostItsLeasePutsNothingDown() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        for job in jobs { _ = try await scene.reserve(job, 600) }
        var call = try #require(try await Self.await(jobs[0], in: scene))
        call.source = jobs[0].id
        _ = try await scene.fixture.queue.release(jobs[1].id, epoch: jobs[1].epoch)
        await #expect(throws: StorageError.leaseLost(jobs[1].id, jobs[1].epoch)) {
            try await Self.tell(200, of: call, to: jobs[1], in: scene)
        }
        #expect(try await scene.ledger() == [600, 0, 600, 0])
    }

    /// Whoever decides by what a job has cost decides by the most that it can have cost.
    @Test func aJobHasCostTheMostUntilItIsTold() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let call = try #require(try await Self.await(job, in: scene))
        #expect(try await scene.steps.cost(of: job.id) == MicroDollars(rawValue: 600))
        let totals = { try await RunReader(scene.fixture.pool).run(job.run)?.totals }
        #expect(try await totals()?.isPriced == true)
        #expect(try await totals()?.paid == .zero)
        try await Self.tell(200, of: call, to: job, in: scene)
        #expect(try await scene.steps.cost(of: job.id) == MicroDollars(rawValue: 200))
        #expect(try await totals()?.isPriced == true)
        #expect(try await totals()?.paid == MicroDollars(rawValue: 200))
    }
}
