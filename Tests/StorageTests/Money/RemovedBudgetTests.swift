import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What becomes of calls when the budget that they count in is removed.
@Suite(.timeLimit(.minutes(5))) struct RemovedBudgetTests {
    /// Whoever removes it waits for calls that have found it there, and are about to reserve in it.
    @Test func aBudgetIsRemovedAtTheMomentAtWhichACallIsReservedInIt() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        try await scene.set(1000)
        _ = try await scene.reserve(jobs[0], 100)
        // It has come to nothing yet in the run of the other job.
        try await scene.set(1000, per: .run)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                // The call waits here when it has read both.
                _ = try await connection.query(
                    "SELECT FROM chassis.budget_period JOIN chassis.budget USING (budget_id) WHERE period = 'total' FOR UPDATE"
                )
                group.addTask {
                    let verdict = try await scene.reserve(jobs[1], 100)
                    #expect(verdict == .granted(warning: nil))
                }
                while try await scene.fixture.waitingForLocks() == 0 {}
                group.addTask {
                    let queues = try await scene.money.removeBudget(of: .team, "growth", per: .run)
                    #expect(queues == [])
                }
                while try await scene.fixture.waitingForLocks() < 2, try await scene.money.budgets().count == 2 {}
            }
            try await group.waitForAll()
        }
        #expect(try await scene.money.budgets().map(\.period) == [.total])
        #expect(try await scene.budget() == [200, 0, 0])
    }

    /// What the file says would count anew from nothing, with the next call.
    @Test(arguments: [false, true]) func whatTheFileSaysCountsNoMoreWhenItIsRemoved(ofTheJob: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        let bounds = ofTheJob ? PaidCall.Bounds(job: budget) : PaidCall.Bounds(run: budget)
        let (scope, name) = ofTheJob ? (Budget.Scope.job, "\(job.id)") : (.run, "\(job.run)")
        _ = try await scene.reserve(job, 900, at: "t1", bounds: bounds)
        try await scene.settle(job, MoneyFixture.paid(900), at: "t1")
        #expect(try await scene.money.removeBudget(of: scope, name, per: .run) == [])
        #expect(try await scene.money.removeBudget(of: scope, name, per: .run) == nil)
        #expect(try await scene.money.budgets(of: job.run).isEmpty)
        for turn in 2...3 {
            #expect(try await scene.reserve(job, 900, at: "t\(turn)", bounds: bounds) == .granted(warning: nil))
            try await scene.settle(job, MoneyFixture.paid(900), at: "t\(turn)")
        }
        // Nor is a price needed any more.
        #expect(try await scene.reserve(job, nil, at: "t4", bounds: bounds) == .granted(warning: nil))
        #expect(try await scene.money.budgets(of: job.run).isEmpty)
        // One that is set then counts all of it.
        try await scene.money.set(budget, of: scope, name, per: .run, run: job.run)
        #expect(try await scene.money.budgets(of: job.run).map(\.paid.rawValue) == [2700])
        guard case .refused(let decider) = try await scene.reserve(job, 100, at: "t5", bounds: bounds) else {
            Issue.record("there is no room for it")
            return
        }
        #expect(decider.limit.rawValue == 1000 && decider.used.rawValue == 2700)
    }

    /// A job that the file's budget holds goes on.
    @Test func aJobGoesOnWhenTheBudgetThatHoldsItIsRemoved() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        let bounds = PaidCall.Bounds(run: Budget(limit: MicroDollars(rawValue: 100), mode: .hold))
        guard case .held = try await scene.reserve(job, 200, bounds: bounds) else {
            Issue.record("it should be held")
            return
        }
        _ = try await scene.fixture.queue.suspend(job.id, epoch: job.epoch, Suspension(waitsFor: .budget, detail: "b"))
        #expect(try await scene.money.removeBudget(of: .run, "\(job.run)", per: .run) == ["default"])
        let next = try #require(try await scene.fixture.claim(1).first)
        #expect(try await scene.reserve(next, 200, bounds: bounds) == .granted(warning: nil))
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.budget_waiter").rows.isEmpty)
    }
}
