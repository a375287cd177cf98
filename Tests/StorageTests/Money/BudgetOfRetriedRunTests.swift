import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A run that has ended and is retried counts in budgets that every run has anew as if it had never ended.
@Suite(.timeLimit(.minutes(5))) struct BudgetOfRetriedRunTests {
    private static func retry(_ job: ClaimedJob, in scene: MoneyFixture) async throws -> ClaimedJob {
        _ = try await scene.fixture.runs.retry(job.run, .init())
        return try #require(try await scene.fixture.claim(1).first)
    }

    private static func fail(_ job: ClaimedJob, in scene: MoneyFixture) async throws {
        _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
    }

    /// What the budget that refuses a call has come to; nil when the call is not refused.
    private static func used(
        refusing job: ClaimedJob,
        _ most: Int64,
        at position: String,
        in scene: MoneyFixture
    ) async throws -> Int64? {
        guard case .refused(let decider) = try await scene.reserve(job, most, at: position) else { return nil }
        return decider.used.rawValue
    }

    @Test(arguments: [("team", "growth"), ("connection", "c")])
    func whatItHadPaidCountsInABudgetThatWasSetMeanwhile(scope: String, name: String) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 500)
        try await scene.settle(job, MoneyFixture.paid(500))
        _ = try await scene.reserve(job, 300, at: "t0002")
        try await Self.fail(job, in: scene)
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        try await scene.money.set(budget, of: try #require(Budget.Scope(rawValue: scope)), name, per: .run)
        let next = try await Self.retry(job, in: scene)
        #expect(try await Self.used(refusing: next, 300, at: "t0003", in: scene) == 800)
        // The call that is unknown is found: what it has left may be spent.
        let open = try #require(try await scene.steps.open(of: next.id, before: next.epoch).first)
        try await scene.steps.settle(open, of: next.id, by: next.epoch, as: MoneyFixture.paid(100))
        #expect(try await Self.used(refusing: next, 401, at: "t0003", in: scene) == 600)
        #expect(try await scene.reserve(next, 400, at: "t0003") == .granted(warning: nil))
        #expect(try await scene.ledger() == [400, 600, 0, 0])
    }

    /// One that was there before has its own figures; in those of others it does not count.
    @Test func whatItHadPaidCountsOnce() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000, per: .run)
        let budget = Budget(limit: MicroDollars(rawValue: 1))
        try await scene.money.set(budget, of: .team, "other", per: .run)
        try await scene.money.set(budget, of: .connection, "other", per: .run)
        var job = try await scene.jobs(1)[0]
        for turn in 1...3 {
            _ = try await scene.reserve(job, 100, at: "t\(turn)")
            try await scene.settle(job, MoneyFixture.paid(100), at: "t\(turn)")
            try await Self.fail(job, in: scene)
            job = try await Self.retry(job, in: scene)
        }
        #expect(try await Self.used(refusing: job, 800, at: "t4", in: scene) == 300)
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.budget_period").rows.count == 1)
    }

    /// Whoever sets it while the run comes back to life counts it when that is done.
    @Test func aBudgetIsSetAtTheMomentAtWhichARunIsRetried() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 500)
        try await scene.settle(job, MoneyFixture.paid(500))
        _ = try await scene.reserve(job, 300, at: "t0002")
        try await Self.fail(job, in: scene)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                _ = try await connection.query("SELECT FROM chassis.step WHERE position = 't0002' FOR UPDATE")
                group.addTask { _ = try await scene.fixture.runs.retry(job.run, .init(repeatsUnknown: true)) }
                while try await scene.fixture.waitingForLocks() == 0 {}
                group.addTask { try await scene.set(1000, per: .run) }
                while try await scene.fixture.waitingForLocks() < 2 {}
            }
            try await group.waitForAll()
        }
        let next = try #require(try await scene.fixture.claim(1).first)
        #expect(try await Self.used(refusing: next, 300, at: "t0003", in: scene) == 800)
    }
}
