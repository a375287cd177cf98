import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Sequences by chance of what happens to paid calls, against a small model of the books; and several at the same time.
@Suite(.timeLimit(.minutes(5))) struct MoneyModelTests {
    /// What one job's call has come to.
    private struct Call {
        var job: ClaimedJob
        var turn = 1
        var open: Int64?
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func theBooksAgreeWithAModel(seed: UInt64) async throws {
        let scene = try await MoneyFixture.make()
        let limit: Int64 = 5000
        try await scene.set(limit)
        var generator = SeededGenerator(seed: seed)
        var calls = try await scene.jobs(6).map { Call(job: $0) }
        var (paid, unknown): (Int64, Int64) = (0, 0)
        for step in 0..<80 {
            let place = Int.random(in: calls.indices, using: &generator)
            let reserved = calls.compactMap(\.open).reduce(0, +)
            guard let most = calls[place].open else {
                let amount = Int64.random(in: 1...900, using: &generator)
                let verdict = try await scene.reserve(calls[place].job, amount, at: "t\(calls[place].turn)")
                let expected =
                    paid + unknown + amount > limit
                    ? "refused" : paid + unknown + reserved + amount > limit ? "wait" : "granted"
                #expect("\(verdict)".hasPrefix(expected), "seed \(seed) step \(step): \(verdict), expected \(expected)")
                if case .granted = verdict { calls[place].open = amount }
                continue
            }
            let position = "t\(calls[place].turn)"
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let cost = Int64.random(in: 0...most, using: &generator)
                try await scene.settle(calls[place].job, MoneyFixture.paid(cost), at: position)
                paid += cost
            case 2: try await scene.settle(calls[place].job, .failed("refused"), at: position)
            case 3:
                try await scene.settle(calls[place].job, .unknown("cut"), at: position, unknownCalls: 1)
                unknown += most
            default:
                // Its worker dies; the next one finds the record, or does not.
                let job = calls[place].job
                _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
                let next = try #require(try await scene.fixture.claim(1).first)
                try await scene.settle(job, MoneyFixture.paid(1), at: position)
                let open = try #require(
                    try await scene.steps.open(of: next.id, before: next.epoch).last { $0.position == position }
                )
                if Bool.random(using: &generator) {
                    let cost = Int64.random(in: 0...most, using: &generator)
                    try await scene.steps.settle(open, of: next.id, by: next.epoch, as: MoneyFixture.paid(cost))
                    paid += cost
                } else {
                    try await scene.steps.settle(open, of: next.id, by: next.epoch, as: .unknown("no record"))
                    unknown += most
                }
                calls[place].job = next
            }
            calls[place].open = nil
            calls[place].turn += 1
            let left = calls.compactMap(\.open).reduce(0, +)
            #expect(try await scene.budget() == [left, paid, unknown], "seed \(seed) step \(step)")
        }
        let left = calls.compactMap(\.open).reduce(0, +)
        #expect(try await scene.ledger() == [left, paid, unknown, 0])
        #expect(try await scene.openReservations() == left)
        #expect(paid + unknown + left <= limit)
    }

    /// What becomes of calls whose cost is told later, or that are found after all, by chance; budgets are removed and set in between.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func aBudgetAgreesWhenItIsSetInBetween(seed: UInt64) async throws {
        struct Open { let job: ClaimedJob, position: String, most: Int64, awaited: StepStore.AwaitedCall? }
        let scene = try await MoneyFixture.make()
        var generator = SeededGenerator(seed: seed)
        var jobs = try await scene.jobs(4)
        var (open, unknown, lost, paid): ([Open], [Open], Int64, Int64) = ([], [], 0, 0)
        for step in 0..<100 {
            let place = Int.random(in: jobs.indices, using: &generator)
            let job = jobs[place]
            switch Int.random(in: 0..<7, using: &generator) {
            case 0, 1:
                let call = Open(
                    job: job,
                    position: "t\(step)",
                    most: .random(in: 1...900, using: &generator),
                    awaited: nil
                )
                #expect(try await scene.reserve(job, call.most, at: call.position) == .granted(warning: nil))
                open.append(call)
            case 2 where open.contains { $0.job == job }:
                let call = open.remove(at: open.firstIndex { $0.job == job }!)
                let awaited = try #require(
                    try await scene.steps.awaitCost(of: call.position, at: job.epoch, of: job.id, by: job.epoch)
                )
                unknown.append(Open(job: job, position: call.position, most: call.most, awaited: awaited))
            case 3 where open.contains { $0.job == job }:
                let call = open.remove(at: open.firstIndex { $0.job == job }!)
                try await scene.settle(job, .unknown("cut"), at: call.position, unknownCalls: 1)
                unknown.append(call)
            case 4 where !unknown.isEmpty:
                let call = unknown.remove(at: .random(in: unknown.indices, using: &generator))
                let holder = try #require(jobs.first { $0.id == call.job.id })
                let cost = Int64.random(in: 0...call.most, using: &generator)
                paid += cost
                if let awaited = call.awaited {
                    try await scene.steps.settle(
                        awaited,
                        of: holder.id,
                        by: holder.epoch,
                        usage: ["input": 1, "output": 1],
                        cost: MicroDollars(rawValue: cost)
                    )
                } else {
                    let later = LeaseEpoch(rawValue: holder.epoch.rawValue + 1)
                    let left = try await scene.steps.open(of: holder.id, before: later)
                    try await scene.steps.settle(
                        try #require(left.first { $0.position == call.position && $0.epoch == call.job.epoch }),
                        of: holder.id,
                        by: holder.epoch,
                        as: MoneyFixture.paid(cost)
                    )
                }
            case 5:
                // Its next attempt settles what this one leaves open.
                _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch)
                let next = try #require(try await scene.fixture.claim(1).first)
                jobs[place] = next
                for left in try await scene.steps.open(of: next.id, before: next.epoch) where left.state == .started {
                    try await scene.steps.settle(left, of: next.id, by: next.epoch, as: .unknown("no record"))
                }
                unknown += open.filter { $0.job.id == job.id }
                open.removeAll { $0.job.id == job.id }
            default:
                _ = try await scene.money.removeBudget(of: .team, "growth", per: .total)
                try await scene.set(1_000_000)
            }
            guard try await !scene.budget().isEmpty else { continue }
            lost = unknown.map(\.most).reduce(0, +)
            let reserved = open.map(\.most).reduce(0, +)
            #expect(try await scene.budget() == [reserved, paid, lost], "seed \(seed) step \(step)")
        }
        #expect(try await scene.ledger() == [open.map(\.most).reduce(0, +), paid, lost, 0])
    }

    /// Twenty at once, on connections of their own: never more than fits, and no more refused than must be.
    @Test func nobodyReservesWhatAnotherHas() async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let noon = MoneyFixture.noon
        let budget = Budget(limit: MicroDollars(rawValue: 900))
        try await scene.money.set(budget, of: .connection, "c", per: .day, now: noon)
        let jobs = try await scene.jobs(20)
        let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for job in jobs {
                group.addTask { try await scene.reserve(job, 100, now: noon) == .granted(warning: nil) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 9)
        #expect(try await scene.openReservations() == 900)
        #expect(try await scene.budget() == [900, 0, 0])
    }

    /// A budget that is set while calls are reserved and settled counts each of them once.
    @Test func aBudgetThatIsSetMeanwhileMissesNothing() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in jobs {
                group.addTask {
                    for turn in 1...5 {
                        _ = try await scene.reserve(job, 10, at: "t\(turn)")
                        if turn < 5 { try await scene.settle(job, MoneyFixture.paid(7), at: "t\(turn)") }
                    }
                }
            }
            group.addTask { try await scene.set(1_000_000) }
            try await group.waitForAll()
        }
        #expect(try await scene.budget() == [200, 560, 0])
        #expect(try await scene.ledger() == [200, 560, 0, 0])
    }
}
