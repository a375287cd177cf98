import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A budget comes to the same whenever it is set: before a call, while nobody knows what that costs, or after it is told.
@Suite(.timeLimit(.minutes(5))) struct BudgetOfUnknownCallTests {
    private static let now = MoneyFixture.noon
    private static let usage: JSONValue = ["input": 100, "output": 10]

    private static func isUnknown(
        _ job: ClaimedJob,
        in scene: MoneyFixture,
        now: String = now
    ) async throws -> StepStore.AwaitedCall {
        try #require(
            try await scene.steps.awaitCost(of: "t0001", at: job.epoch, of: job.id, by: job.epoch, now: now)
        )
    }

    private static func tell(_ call: StepStore.AwaitedCall, to job: ClaimedJob, in scene: MoneyFixture) async throws {
        try await scene.steps.settle(
            call,
            of: job.id,
            by: job.epoch,
            usage: usage,
            cost: MicroDollars(rawValue: 200),
            now: now
        )
    }

    /// Sets a budget of every scope and period that a call of the job counts in.
    private static func setAll(of job: ClaimedJob, in scene: MoneyFixture) async throws {
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        for period in [Budget.Period.total, .month, .day, .run] {
            try await scene.money.set(budget, of: .team, "growth", per: period, now: now)
            try await scene.money.set(budget, of: .connection, "c", per: period, now: now)
        }
        try await scene.money.set(budget, of: .run, "\(job.run)", per: .run, run: job.run, now: now)
        try await scene.money.set(budget, of: .job, "\(job.id)", per: .run, run: job.run, now: now)
    }

    /// What each of the budgets that have come to anything has come to: reserved, paid and unknown.
    private static func periods(_ scene: MoneyFixture) async throws -> [[Int64]] {
        try await scene.fixture.pool.query(
            "SELECT reserved_micro_usd AS a, paid_micro_usd AS b, unknown_micro_usd AS c FROM chassis.budget_period"
        ).rows.map { [try $0.int64("a"), try $0.int64("b"), try $0.int64("c")] }
    }

    @Test(arguments: 0..<4) func anAwaitedCostCountsWheneverABudgetIsSet(afterSteps steps: Int) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        if steps == 0 { try await Self.setAll(of: job, in: scene) }
        _ = try await scene.reserve(job, 600, now: Self.now)
        if steps == 1 { try await Self.setAll(of: job, in: scene) }
        let call = try await Self.isUnknown(job, in: scene)
        if steps == 2 {
            try await Self.setAll(of: job, in: scene)
            #expect(try await Self.periods(scene) == Array(repeating: [0, 0, 600], count: 10))
        }
        try await Self.tell(call, to: job, in: scene)
        if steps == 3 { try await Self.setAll(of: job, in: scene) }
        #expect(try await Self.periods(scene) == Array(repeating: [0, 200, 0], count: 10))
    }

    /// The next attempt of a run that was retried finds a record after all; or its batch is told of as not paid.
    @Test(arguments: [MoneyFixture.paid(200), .failed("not paid")])
    func aCallThatIsFoundCountsInABudgetThatWasSetWhenItsRunHadEnded(_ settlement: StepStore.Settlement) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600, now: Self.now)
        _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        try await scene.money.set(budget, of: .run, "\(job.run)", per: .run, run: job.run)
        try await scene.set(1000)
        #expect(try await Self.periods(scene) == [[0, 0, 600], [0, 0, 600]])
        _ = try await scene.fixture.runs.retry(job.run, .init())
        let next = try #require(try await scene.fixture.claim(1).first)
        let open = try #require(try await scene.steps.open(of: next.id, before: next.epoch).first)
        try await scene.steps.settle(open, of: next.id, by: next.epoch, as: settlement)
        let paid: Int64 = if case .failed = settlement { 0 } else { 200 }
        #expect(try await Self.periods(scene) == [[0, paid, 0], [0, paid, 0]])
    }

    /// What was paid before a run had ended counts in a budget that is set before it is retried.
    @Test func aBudgetOfARunThatHasEndedCountsWhatItPaid() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        try await scene.settle(job, MoneyFixture.paid(500))
        _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        try await scene.money.set(budget, of: .run, "\(job.run)", per: .run, run: job.run)
        _ = try await scene.fixture.runs.retry(job.run, .init())
        let next = try #require(try await scene.fixture.claim(1).first)
        guard case .refused(let decider) = try await scene.reserve(next, 600) else {
            Issue.record("there is no room for it")
            return
        }
        #expect(decider.used.rawValue == 500)
    }

    /// A mapped job that runs anew over a shorter list has items no more that have paid.
    @Test func whatAnItemPaidCountsWhenItIsThereNoMore() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        try await scene.settle(job, MoneyFixture.paid(500))
        _ = try await scene.reserve(job, 300, at: "t0002")
        _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        for room in ["done", "job"] {
            let statement = PostgresStatement(name: nil, sql: "DELETE FROM chassis.\(room) WHERE job_id = $1::bigint")
            _ = try await scene.fixture.pool.query(statement, [.integer(job.id.rawValue)])
        }
        let budget = Budget(limit: MicroDollars(rawValue: 1000))
        try await scene.money.set(budget, of: .run, "\(job.run)", per: .run, run: job.run)
        #expect(try await Self.periods(scene) == [[0, 500, 300]])
    }

    /// The first call of a step stays unknown for good: only its last one can be found.
    @Test func anotherUnknownCallOfTheSameStepStays() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600, now: Self.now)
        try await scene.settle(job, .unknown("cut"), unknownCalls: 1, now: Self.now)
        _ = try await scene.reserve(job, 300, now: Self.now)
        let call = try await Self.isUnknown(job, in: scene)
        try await scene.set(2000, per: .day, now: Self.now)
        #expect(try await scene.budget(now: Self.now) == [0, 0, 900])
        try await Self.tell(call, to: job, in: scene)
        #expect(try await scene.budget(now: Self.now) == [0, 200, 600])
        #expect(try await scene.ledger() == [0, 200, 600, 0])
    }

    /// A call of yesterday that is told today takes nothing off what today's calls keep.
    @Test func aCallOfThePeriodBeforeLeavesNoRoomBehind() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        let yesterday = "2030-01-14T12:00:00Z"
        var calls: [StepStore.AwaitedCall] = []
        for job in jobs {
            _ = try await scene.reserve(job, 600, now: yesterday)
            calls.append(try await Self.isUnknown(job, in: scene, now: yesterday))
        }
        try await Self.tell(calls[0], to: jobs[0], in: scene)
        _ = try await scene.reserve(jobs[0], 100, at: "t0002", now: Self.now)
        try await scene.settle(jobs[0], .unknown("cut"), at: "t0002", unknownCalls: 1, now: Self.now)
        try await scene.set(1000, per: .day, now: Self.now)
        #expect(try await scene.budget(now: Self.now) == [0, 200, 100])
        try await Self.tell(calls[1], to: jobs[1], in: scene)
        #expect(try await scene.budget(now: Self.now) == [0, 200, 100])
        #expect(try await scene.ledger() == [0, 400, 100, 0])
    }

    /// One that is removed and set again is another one, and counts anew.
    @Test func aBudgetThatIsSetAgainCountsOnce() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let call = try await Self.isUnknown(job, in: scene)
        for _ in 0..<2 {
            _ = try await scene.money.removeBudget(of: .team, "growth", per: .total)
            // Said twice, as by a scheduler that heard no answer.
            for limit in [1000, 2000] as [Int64] { try await scene.set(limit) }
        }
        #expect(try await scene.budget() == [0, 0, 600])
        try await Self.tell(call, to: job, in: scene)
        #expect(try await scene.budget() == [0, 200, 0])
    }

    /// What the ledger has up to some entry is added up before calls are held up: wherever that is, it comes to the same.
    @Test func aBudgetCountsTheSameWhereverTheLedgerEndedBefore() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(4)
        var calls: [StepStore.AwaitedCall] = []
        for job in jobs {
            _ = try await scene.reserve(job, 600, now: Self.now)
            if job != jobs[0] { calls.append(try await Self.isUnknown(job, in: scene, now: Self.now)) }
        }
        try await Self.tell(calls[0], to: jobs[1], in: scene)
        let entries = try await scene.fixture.pool.query("SELECT max(entry_id) AS n FROM chassis.ledger").rows[0].int(
            "n"
        )
        #expect(entries == 8)
        for end in 0...entries {
            for scope in [("team", "growth"), ("connection", "c")] {
                _ = try await scene.fixture.pool.query(
                    "SELECT chassis.set_budget($1, $2, 'day', 5000, 'hard', NULL, $3::timestamptz, $4::bigint)",
                    [.text(scope.0), .text(scope.1), .text(Self.now), .integer(Int64(end))]
                )
            }
            #expect(try await Self.periods(scene) == [[600, 200, 1200], [600, 200, 1200]], "up to entry \(end)")
            guard end < entries else { break }
            _ = try await scene.fixture.pool.query("DELETE FROM chassis.budget")
        }
        for (job, call) in zip(jobs.dropFirst(2), calls.dropFirst()) { try await Self.tell(call, to: job, in: scene) }
        #expect(try await Self.periods(scene) == [[600, 600, 0], [600, 600, 0]])
    }

    // MARK: At the same moment

    /// Whoever is told waits for a row of a step while a budget is to be set; or for the lock while one is being set.
    @Test(arguments: [false, true]) func aBudgetIsSetAtTheMomentAtWhichACostIsTold(isSetFirst: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        let call = try await Self.isUnknown(job, in: scene)
        let bodies: [@Sendable () async throws -> Void] = [
            { try await Self.tell(call, to: job, in: scene) }, { try await scene.set(1000) },
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                // Both lock the row behind the lock of all budgets.
                _ = try await connection.query("SELECT FROM chassis.step FOR UPDATE")
                for (place, body) in (isSetFirst ? bodies.reversed() : bodies).enumerated() {
                    group.addTask { try await body() }
                    while try await scene.fixture.waitingForLocks() <= place {}
                }
            }
            try await group.waitForAll()
        }
        #expect(try await scene.budget() == [0, 200, 0])
        #expect(try await scene.ledger() == [0, 200, 0, 0])
    }

    /// Many costs are told while budgets are set and removed: each counts once, and nobody waits in a circle.
    @Test func budgetsThatAreSetWhileCostsAreToldMissNothing() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in jobs {
                group.addTask {
                    for _ in 0..<3 {
                        _ = try await scene.reserve(job, 600)
                        let call = try await Self.isUnknown(job, in: scene)
                        try await Self.tell(call, to: job, in: scene)
                    }
                }
            }
            for period in [Budget.Period.total, .run] {
                group.addTask {
                    for _ in 0..<5 {
                        try await scene.set(1_000_000, per: period)
                        _ = try await scene.money.removeBudget(of: .team, "growth", per: period)
                    }
                    try await scene.set(1_000_000, per: period)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await scene.ledger() == [0, 20 * 600, 0, 0])
        let periods = try await Self.periods(scene)
        #expect(periods.filter { $0 == [0, 20 * 600, 0] }.count == 1)
        #expect(periods.filter { $0 == [0, 600, 0] }.count == 20 && periods.count == 21, "\(periods)")
    }

    /// Who deletes or dismisses unknown calls locks several rows of steps, and so does who sets a budget: one after the other.
    @Test(arguments: ["pruned", "repeated", "begun anew"])
    func aBudgetIsSetWhenUnknownCallsAre(_ what: String) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        for turn in 1...2 { _ = try await scene.reserve(job, 600, at: "t\(turn)") }
        _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await scene.fixture.pool.transaction { connection in
                _ = try await connection.query("SELECT FROM chassis.step WHERE position = 't2' FOR UPDATE")
                group.addTask {
                    switch what {
                    case "pruned":
                        let pruned = try await RetentionStore(scene.fixture.pool)
                            .pruneRuns(endedBefore: .seconds(1), limit: 10, now: "2100-01-01")
                        #expect(pruned == [job.run])
                    case "repeated": _ = try await scene.fixture.runs.retry(job.run, .init(repeatsUnknown: true))
                    default: _ = try await scene.fixture.runs.retry(job.run, .init(fresh: ["a"]))
                    }
                }
                while try await scene.fixture.waitingForLocks() == 0 {}
                group.addTask { try await scene.set(2000) }
                while try await scene.fixture.waitingForLocks() < 2 {}
                #expect(try await scene.fixture.waitingForLocks("advisory") == 1)
            }
            try await group.waitForAll()
        }
        #expect(try await scene.budget() == [0, 0, 1200])
    }
}
