import JobModel
import Storage
import TestSupport
import Testing

/// What a run spends counts in the budgets of those that started it.
@Suite struct ChildBudgetTests {
    private struct Scene {
        let money: MoneyFixture
        let parent: ClaimedJob
        let child: ClaimedJob

        func limit(_ amount: Int64, _ mode: Budget.Mode = .hard) -> Budget {
            Budget(limit: MicroDollars(rawValue: amount), mode: mode)
        }
    }

    /// A job that holds a run which it has started, and that run's job.
    private func scene() async throws -> Scene {
        let money = try await MoneyFixture.make()
        let parent = try await money.jobs(1)[0]
        let submission = RunStore.Submission(workflow: "w", source: "s", jobs: [.init(name: "a", kind: "llm")])
        _ = try #require(try await ChildStore(money.fixture.pool).start(submission, call: .only, for: parent))
        return Scene(money: money, parent: parent, child: try #require(try await money.fixture.claim(1).first))
    }

    @Test func aRunsCallsAreBoundByTheBudgetsOfItsParent() async throws {
        let scene = try await scene()
        let (money, parent, child) = (scene.money, scene.parent, scene.child)
        try await money.money.found(
            PaidCall.Bounds(run: scene.limit(1_000), job: scene.limit(900, .hold)),
            of: parent.run,
            parent.id
        )
        guard case .held(let decider) = try await money.reserve(child, 901) else {
            Issue.record("the budget of the job that started the run should hold it")
            return
        }
        #expect(decider.scope == .job && decider.name == "\(parent.id)")
        #expect(try await money.reserve(child, 600) == .granted(warning: nil))
        #expect(try await money.money.budgets(of: parent.run).map(\.reserved.rawValue) == [600, 600])
        // The parent itself has no more than what its child leaves.
        guard case .wait(let budget) = try await money.reserve(parent, 401) else {
            Issue.record("it should wait for the child's call")
            return
        }
        #expect(budget.scope == .run && budget.name == "\(parent.run)")
        try await money.settle(child, MoneyFixture.paid(500))
        #expect(try await money.money.budgets(of: parent.run).map(\.paid.rawValue) == [500, 500])
        #expect(try await money.money.budgets(of: child.run) == [])
        guard case .refused(let run) = try await money.reserve(child, 501, at: "t0002", bounds: .init()) else {
            // The job's budget holds first where both have no room; the run's refuses.
            Issue.record("the budget of the run should refuse it")
            return
        }
        #expect(run.scope == .run && run.raising(child.run).contains("--run \(parent.run)"))
    }

    /// A budget that is set while a child is at work counts what that has paid, and what it has under way.
    @Test func aNewBudgetCountsWhatChildrenSpend() async throws {
        let scene = try await scene()
        let (money, parent, child) = (scene.money, scene.parent, scene.child)
        #expect(try await money.reserve(child, 100) == .granted(warning: nil))
        try await money.settle(child, MoneyFixture.paid(70))
        #expect(try await money.reserve(child, 40, at: "t0002") == .granted(warning: nil))
        try await money.money.set(scene.limit(1_000), of: .run, "\(parent.run)", per: .run, run: parent.run)
        try await money.money.set(scene.limit(1_000), of: .job, "\(parent.id)", per: .run, run: parent.run)
        for budget in try await money.money.budgets(of: parent.run) {
            #expect(budget.paid.rawValue == 70 && budget.reserved.rawValue == 40, "\(budget)")
        }
        try await money.settle(child, MoneyFixture.paid(30), at: "t0002")
        for budget in try await money.money.budgets(of: parent.run) {
            #expect(budget.paid.rawValue == 100 && budget.reserved == .zero, "\(budget)")
        }
        #expect(try await money.openReservations() == 0)
    }
}
