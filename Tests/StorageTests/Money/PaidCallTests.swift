import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PaidCallTests {
    @Test func reservesAndSettlesOnce() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        // Said twice, as by a worker that heard no answer.
        for _ in 0..<2 { #expect(try await scene.reserve(job, 600) == .granted(warning: nil)) }
        #expect(try await scene.budget() == [600, 0, 0])
        for _ in 0..<2 { try await scene.settle(job, MoneyFixture.paid(250)) }
        #expect(try await scene.budget() == [0, 250, 0])
        #expect(try await scene.ledger() == [0, 250, 0, 0])
        #expect(try await scene.kinds() == ["reserved", "settled"])
    }

    @Test func keepsTheReservationOfACallWhoseOutcomeIsUnknownUntilItIsFound() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
        let next = try #require(try await scene.fixture.claim(1).first)
        let open = try #require(try await scene.steps.open(of: next.id, before: next.epoch).first)
        #expect(try await scene.budget() == [600, 0, 0])
        for _ in 0..<2 {
            try await scene.steps.settle(open, of: next.id, by: next.epoch, as: .unknown("no record"))
            #expect(try await scene.budget() == [0, 0, 600])
        }
        for _ in 0..<1 {
            try await scene.steps.settle(open, of: next.id, by: next.epoch, as: MoneyFixture.paid(200))
            #expect(try await scene.budget() == [0, 200, 0])
        }
        #expect(try await scene.ledger() == [0, 200, 0, 0])
        #expect(try await scene.kinds() == ["reserved", "unknown", "found"])
        let costs = try await scene.money.costs(by: .team)
        #expect(costs.map(\.unknownCalls) == [0] && costs.map(\.calls) == [1])
    }

    @Test func givesTheMoneyOfACallBackThatWasNotMade() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        try await scene.settle(job, .failed("refused"))
        #expect(try await scene.budget() == [0, 0, 0])
        // The next try of the same step reserves anew, and one that may have been paid keeps its money.
        _ = try await scene.reserve(job, 500)
        try await scene.settle(job, .failed("cut"), unknownCalls: 1)
        #expect(try await scene.budget() == [0, 0, 500])
        _ = try await scene.reserve(job, 400)
        try await scene.settle(job, MoneyFixture.paid(10))
        #expect(try await scene.budget() == [0, 10, 500])
        #expect(try await scene.kinds() == ["reserved", "cancelled", "reserved", "unknown", "reserved", "settled"])
    }

    @Test func callsThatAreReservedTogetherAreJudgedOneAfterTheOther() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        // Said twice, as by a worker that heard no answer.
        for _ in 0..<2 {
            let verdicts = try await scene.reserve(job, together: [600, 500, 300])
            #expect(verdicts[0] == .granted(warning: nil) && verdicts[2] == .granted(warning: nil))
            guard case .wait(let budget) = verdicts[1] else { Issue.record("\(verdicts[1])"); return }
            #expect(budget.limit == MicroDollars(rawValue: 1000))
        }
        #expect(try await scene.budget() == [900, 0, 0])
        try await scene.steps.settle(
            job: job.id,
            epoch: job.epoch,
            [
                .init(position: "c#0", settlement: MoneyFixture.paid(250)),
                .init(position: "c#1", settlement: MoneyFixture.paid(7)),
                .init(position: "c#2", settlement: .unknown("cut"), unknownCalls: 1),
            ]
        )
        #expect(try await scene.budget() == [0, 250, 300])
        #expect(try await scene.ledger() == [0, 250, 300, 0])
        #expect(try await scene.kinds().sorted() == ["reserved", "reserved", "settled", "unknown"])
    }

    @Test func callsThatAreReservedTogetherAreCounted() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        let verdicts = try await scene.reserve(job, together: [1, 1, 1], bounds: .init(calls: 2))
        #expect(verdicts == [.granted(warning: nil), .granted(warning: nil), .callsUsed(2)])
        _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
        await #expect(throws: StorageError.leaseLost(job.id, job.epoch)) {
            _ = try await scene.reserve(job, together: [1, 1])
        }
    }

    @Test func aZombieReservesAndSettlesNothing() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let zombie = try await scene.jobs(1)[0]
        _ = try await scene.reserve(zombie, 100)
        _ = try await scene.fixture.queue.release(zombie.id, epoch: zombie.epoch)
        try await scene.settle(zombie, MoneyFixture.paid(90))
        await #expect(throws: StorageError.leaseLost(zombie.id, zombie.epoch)) {
            _ = try await scene.reserve(zombie, 100, at: "t0002")
        }
        #expect(try await scene.budget() == [100, 0, 0])
    }

    @Test(arguments: [
        (Budget.Mode.hard, "refused"), (.hold, "held"), (.soft, "granted"),
    ])
    func doesAsTheModeSaysWhenTheBudgetIsUsedUp(mode: Budget.Mode, verdict: String) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000, mode)
        let jobs = try await scene.jobs(3)
        _ = try await scene.reserve(jobs[0], 600)
        try await scene.settle(jobs[0], MoneyFixture.paid(600))
        switch try await scene.reserve(jobs[1], 401) {
        case .refused(let budget):
            #expect(verdict == "refused")
            #expect(budget.used.rawValue == 600 && budget.limit.rawValue == 1000 && budget.name == "growth")
        case .held: #expect(verdict == "held")
        case .granted(let warning?):
            #expect(verdict == "granted" && warning.mode == .soft)
            // Only the first is told.
            #expect(try await scene.reserve(jobs[2], 401) == .granted(warning: nil))
        default: Issue.record("another verdict")
        }
        if mode != .soft {
            #expect(try await scene.openReservations() == 0)
            #expect(try await scene.reserve(jobs[2], 400) == .granted(warning: nil))
        }
    }

    /// A call that fits once others are settled for less is not refused.
    @Test func waitsWhileOthersHaveReservedTheRest() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let jobs = try await scene.jobs(2)
        _ = try await scene.reserve(jobs[0], 600)
        guard case .wait = try await scene.reserve(jobs[1], 600) else {
            Issue.record("it should wait")
            return
        }
        try await scene.settle(jobs[0], MoneyFixture.paid(100))
        #expect(try await scene.reserve(jobs[1], 600) == .granted(warning: nil))
    }

    @Test func refusesACallWithoutAPriceUnderABudgetAlone() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        #expect(try await scene.reserve(jobs[0], nil) == .granted(warning: nil))
        try await scene.settle(jobs[0], .recorded(usage: nil, cost: nil))
        try await scene.set(1000)
        guard case .unpriced(let budget) = try await scene.reserve(jobs[1], nil) else {
            Issue.record("it should be refused")
            return
        }
        #expect(budget.scope == .team)
        #expect(try await scene.money.costs(by: .team).map(\.unpricedCalls) == [1])
    }

    @Test func countsInTheBudgetsOfJobRunTeamAndConnection() async throws {
        let scene = try await MoneyFixture.make()
        let noon = MoneyFixture.noon
        try await scene.set(1000, now: noon)
        let budget = Budget(limit: MicroDollars(rawValue: 900))
        try await scene.money.set(budget, of: .connection, "c", per: .day, now: noon)
        let bounds = PaidCall.Bounds(
            run: Budget(limit: MicroDollars(rawValue: 800)),
            job: Budget(limit: MicroDollars(rawValue: 700), mode: .hold)
        )
        let job = try await scene.jobs(1)[0]
        guard case .held(let decider) = try await scene.reserve(job, 701, bounds: bounds, now: noon) else {
            Issue.record("the budget of the job should hold it")
            return
        }
        #expect(decider.scope == .job)
        #expect(try await scene.reserve(job, 700, bounds: bounds, now: noon) == .granted(warning: nil))
        try await scene.settle(job, MoneyFixture.paid(650), now: noon)
        let shown = try await scene.money.budgets(now: noon) + scene.money.budgets(of: job.run, now: noon)
        #expect(Set(shown.map(\.scope)) == [.team, .connection, .run, .job])
        #expect(shown.allSatisfy { $0.paid.rawValue == 650 && $0.reserved == .zero })
        // What was set counts, not what the file says.
        try await scene.money.set(
            Budget(limit: MicroDollars(rawValue: 660)),
            of: .run,
            "\(job.run)",
            per: .run,
            run: job.run,
            now: noon
        )
        guard case .refused(let run) = try await scene.reserve(job, 20, at: "t0002", bounds: bounds, now: noon) else {
            Issue.record("the budget of the run should refuse it")
            return
        }
        #expect(run.scope == .run && run.limit.rawValue == 660)
    }

    @Test func isHadAnewWhenItsPeriodTurns() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(4)
        try await scene.set(1000, per: .day)
        #expect(try await scene.reserve(jobs[0], 900, now: "2030-01-31T23:59:59Z") == .granted(warning: nil))
        guard case .wait(let budget) = try await scene.reserve(jobs[1], 900, now: "2030-01-31T23:59:59Z") else {
            Issue.record("it should wait")
            return
        }
        #expect(budget.ends == "2030-02-01T00:00:00Z" && budget.untilEnd == .seconds(1))
        #expect(try await scene.reserve(jobs[1], 900, now: "2030-02-01T00:00:00Z") == .granted(warning: nil))
    }

    /// Whoever raises a budget resumes the jobs that found no room, also one that is only about to be suspended.
    @Test(arguments: [false, true]) func raisingABudgetResumesWhoWaitsForIt(isSuspended: Bool) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(100, .hold)
        let job = try await scene.jobs(1)[0]
        guard case .held = try await scene.reserve(job, 200) else {
            Issue.record("it should be held")
            return
        }
        let suspend = {
            try await scene.fixture.queue.suspend(job.id, epoch: job.epoch, Suspension(waitsFor: .budget, detail: ""))
        }
        if isSuspended { #expect(try await suspend() == .waiting) }
        let budget = Budget(limit: MicroDollars(rawValue: 300), mode: .hold)
        let queues = try await scene.money.set(budget, of: .team, "growth", per: .total)
        #expect(queues == (isSuspended ? ["default"] : []))
        if !isSuspended { #expect(try await suspend() == .pending(queue: "default")) }
        let again = try #require(try await scene.fixture.claim(1).first)
        #expect(try await scene.reserve(again, 200) == .granted(warning: nil))
        // They are told once.
        #expect(try await scene.money.set(budget, of: .team, "growth", per: .total) == [])
    }

    @Test func countsCallsAcrossAttempts() async throws {
        let scene = try await MoneyFixture.make()
        var job = try await scene.jobs(1)[0]
        let bounds = PaidCall.Bounds(calls: 3)
        for attempt in 1...4 {
            let verdict = try await scene.reserve(job, 10, bounds: bounds)
            #expect(verdict == (attempt <= 3 ? .granted(warning: nil) : .callsUsed(3)))
            _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
            job = try #require(try await scene.fixture.claim(1).first)
        }
    }

    /// A budget that is set while calls are under way counts them, and what was paid before.
    @Test func aNewBudgetCountsWhatIsUnderWay() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(3)
        let noon = MoneyFixture.noon
        for job in jobs { _ = try await scene.reserve(job, 100, now: noon) }
        try await scene.settle(jobs[0], MoneyFixture.paid(70), now: noon)
        _ = try await scene.fixture.queue.release(jobs[1].id, epoch: jobs[1].epoch)
        try await scene.set(1000, per: .month, now: noon)
        #expect(try await scene.budget(now: noon) == [200, 70, 0])
        try await scene.settle(jobs[2], MoneyFixture.paid(30), now: noon)
        #expect(try await scene.budget(now: noon) == [100, 100, 0])
        // Setting it again counts nothing twice.
        try await scene.set(2000, per: .month, now: noon)
        #expect(try await scene.budget(now: noon) == [100, 100, 0])
    }

    @Test(arguments: ["failed", "cancelled while it waits"])
    func leavesNoReservationOpenInAJobThatEndedWithoutSuccess(how: String) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 100)
        if how == "failed" {
            _ = try await scene.fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
        } else {
            _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
            _ = try await scene.fixture.runs.cancel(job.run)
        }
        #expect(try await scene.budget() == [0, 0, 100])
        #expect(try await scene.ledger() == [0, 0, 100, 0])
    }

    @Test func notesWhatAReplaySavedOnce() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        for saved in [30, 30, 50] as [Int64] {
            try await scene.steps.noteReplay(
                job: job.id,
                epoch: job.epoch,
                steps: 1,
                modelCalls: 1,
                saved: MicroDollars(rawValue: saved),
                damaged: 0
            )
        }
        #expect(try await scene.ledger() == [0, 0, 0, 50])
        #expect(try await scene.kinds() == ["replayed", "replayed"])
    }

    @Test func addsUpByEveryName() async throws {
        let scene = try await MoneyFixture.make()
        for team in ["growth", "ops"] {
            let job = try await scene.jobs(1, team: team)[0]
            _ = try await scene.reserve(job, 100, now: MoneyFixture.noon)
            try await scene.settle(job, MoneyFixture.paid(team == "ops" ? 5 : 120), now: MoneyFixture.noon)
        }
        #expect(
            try await scene.money.costs(by: .team).map { "\($0.name) \($0.paid)" } == [
                "growth $0.000120", "ops $0.000005",
            ]
        )
        for grouping in [CostDetail.Grouping.workflow, .model, .connection, .day] {
            let costs = try await scene.money.costs(by: grouping)
            #expect(costs.map(\.paid.rawValue) == [125] && costs[0].overruns == 1, "\(grouping)")
        }
        #expect(try await scene.money.costs(by: .day, team: "ops").map(\.paid.rawValue) == [5])
        #expect(try await scene.money.costs(by: .day, to: Timestamp(rawValue: 0)).isEmpty)
    }
}
