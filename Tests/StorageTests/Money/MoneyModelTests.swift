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
