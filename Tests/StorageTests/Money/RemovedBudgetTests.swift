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
}
