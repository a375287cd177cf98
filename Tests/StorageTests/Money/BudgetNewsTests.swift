import JobModel
import Postgres
import Storage
import Testing

/// Jobs that wait for a budget are told of it, whoever dies.
@Suite(.timeLimit(.minutes(5))) struct BudgetNewsTests {
    /// A job that found no room and is suspended.
    private func held(_ scene: MoneyFixture) async throws -> ClaimedJob {
        try await scene.set(100, .hold)
        let job = try await scene.jobs(1)[0]
        guard case .held = try await scene.reserve(job, 200) else {
            Issue.record("it should be held")
            return job
        }
        _ = try await scene.fixture.queue.suspend(job.id, epoch: job.epoch, Suspension(waitsFor: .budget, detail: "b"))
        return job
    }

    private func repair(_ scene: MoneyFixture) async throws -> Set<String> {
        try await scene.fixture.pool.withConnection {
            try await Repair().pass(on: $0, pool: scene.fixture.pool, isThorough: true).readied
        }
    }

    @Test func whoSetABudgetDiedBeforeItCouldTell() async throws {
        let scene = try await MoneyFixture.make()
        _ = try await held(scene)
        #expect(try await repair(scene) == [])
        // What `MoneyStore.set` has committed when it dies.
        _ = try await scene.fixture.pool.query("UPDATE chassis.budget SET limit_micro_usd = 1000")
        _ = try await scene.fixture.pool.query("UPDATE chassis.budget_waiter SET has_news = true")
        #expect(try await repair(scene) == ["default"])
        #expect(try await repair(scene) == [])
    }

    @Test func whoRemovedABudgetDiedBeforeItCouldTell() async throws {
        let scene = try await MoneyFixture.make()
        _ = try await held(scene)
        _ = try await scene.fixture.pool.query("DELETE FROM chassis.budget")
        #expect(try await repair(scene) == ["default"])
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.budget_waiter").rows.isEmpty)
    }
}
