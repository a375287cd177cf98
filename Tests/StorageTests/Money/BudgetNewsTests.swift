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
        try await Repair().pass(on: scene.fixture.pool, isThorough: true).readied
    }

    /// The most that a call can cost was too much; what it did cost leaves room.
    @Test func aCallThatCostLessThanWasUnknownTellsThoseThatFoundNoRoom() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(600, .hold)
        let asker = try await scene.jobs(1)[0]
        _ = try await scene.reserve(asker, 500)
        let call = try #require(
            try await scene.steps.awaitCost(of: "t0001", at: asker.epoch, of: asker.id, by: asker.epoch)
        )
        let job = try await scene.jobs(1)[0]
        guard case .held = try await scene.reserve(job, 200) else {
            Issue.record("it should be held")
            return
        }
        _ = try await scene.fixture.queue.suspend(job.id, epoch: job.epoch, Suspension(waitsFor: .budget, detail: "b"))
        #expect(try await repair(scene) == [])
        try await scene.steps.settle(call, of: asker.id, by: asker.epoch, usage: nil, cost: MicroDollars(rawValue: 10))
        #expect(try await repair(scene) == ["default"])
        let again = try #require(try await scene.fixture.claim(1).first)
        #expect(again.id == job.id)
        guard case .granted = try await scene.reserve(again, 200) else {
            Issue.record("there is room")
            return
        }
    }

    /// Whoever settles a call tells those whom it finds waiting, so who finds no room just then waits for that first.
    @Test func whoFindsNoRoomWaitsForTheCallThatIsSettledJustNow() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(600, .hold)
        let asker = try await scene.jobs(1)[0]
        _ = try await scene.reserve(asker, 500)
        _ = try await scene.steps.awaitCost(of: "t0001", at: asker.epoch, of: asker.id, by: asker.epoch)
        let job = try await scene.jobs(1)[0]
        let verdict = try await scene.fixture.pool.transaction { connection in
            _ = try await connection.query(
                "SELECT chassis.settle_call($1::bigint, $2::bigint, 't0001', 'settled', 10, NULL, now())",
                [.integer(asker.id.rawValue), .integer(asker.epoch.rawValue)]
            )
            let asking = Task { try await scene.reserve(job, 200) }
            // It waits for a lock, or was told that there is no room.
            let hasAnswer: PostgresStatement = """
                SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                UNION ALL SELECT FROM chassis.budget_waiter
                """
            while try await scene.fixture.pool.query(hasAnswer).rows.isEmpty {}
            return asking
        }
        guard case .granted = try await verdict.value else {
            Issue.record("there is room")
            return
        }
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.budget_waiter").rows.isEmpty)
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
