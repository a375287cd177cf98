import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Calls that count in no budget are written by other statements than those that do.
@Suite(.timeLimit(.minutes(5))) struct UnbudgetedCallTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func theirBooksAreThoseOfCallsWithinAWideBudget(seed: UInt64)
        async throws
    {
        print("unbudgeted calls: seed \(seed)")
        let books = [
            try await Self.books(seed: seed, isBudgeted: false), try await Self.books(seed: seed, isBudgeted: true),
        ]
        #expect(!books[0].isEmpty)
        #expect(books[0] == books[1])
    }

    /// Sets of intents and settlements, some said again, some late, some of one position; and all that is written then.
    private static func books(seed: UInt64, isBudgeted: Bool) async throws -> [String] {
        let scene = try await MoneyFixture.make()
        if isBudgeted { try await scene.set(1_000_000) }
        let job = try await scene.jobs(1)[0]
        var chance = SeededGenerator(seed: seed)
        var calls: [String: Int] = [:]
        for _ in 0..<20 {
            var intents: [(step: StepStore.Identity, call: PaidCall)] = []
            for _ in 0..<Int.random(in: 1...5, using: &chance) {
                let position = "c#\(Int.random(in: 1...12, using: &chance))"
                var step = StepStoreTests.step(job, position)
                // Now and then the same again, or one that a later call has overtaken.
                step.call =
                    Bool.random(using: &chance) ? calls[position, default: 0] + 1 : max(1, calls[position, default: 1])
                calls[position] = max(calls[position, default: 0], step.call ?? 0)
                let most = Int64.random(in: 1...900, using: &chance)
                intents.append(
                    (step, PaidCall(connection: "c", model: "m", most: MicroDollars(rawValue: most), price: nil))
                )
            }
            let verdicts = try await scene.steps.intend(intents)
            #expect(verdicts.allSatisfy { $0 == .granted(warning: nil) })
            var settled: [String: StepStore.SettledStep] = [:]
            for position in calls.keys.sorted() where Int.random(in: 0..<2, using: &chance) == 0 {
                settled[position] = StepStore.SettledStep(
                    position: position,
                    call: Bool.random(using: &chance) ? calls[position] : 1,
                    settlement: Self.settlement(using: &chance),
                    unknownCalls: Int.random(in: 0..<4, using: &chance) == 0 ? 1 : 0
                )
            }
            guard !settled.isEmpty else { continue }
            try await scene.steps.settle(
                job: job.id,
                epoch: job.epoch,
                settled.keys.sorted().compactMap { settled[$0] }
            )
        }
        return try await lines(in: scene)
    }

    /// All that is written of steps and money.
    static func lines(in scene: MoneyFixture) async throws -> [String] {
        try await scene.fixture.pool.query(
            """
            SELECT concat_ws(' ', 'step', job_id, attempt, fingerprint, price, position, calls, state, money, cost_micro_usd,
                             reserved_micro_usd, unknown_calls, usage, error) AS line
            FROM chassis.step
            UNION ALL
            SELECT concat_ws(' ', 'ledger', job_id, price, position, call, kind, team, workflow, connection, model, reserved_micro_usd,
                             paid_micro_usd, unknown_micro_usd, usage, is_estimated)
            FROM chassis.ledger
            ORDER BY 1
            """
        ).rows.map { try $0.string("line") }
    }

    static func settlement(using chance: inout SeededGenerator) -> StepStore.Settlement {
        let cost = MicroDollars(rawValue: Int64.random(in: 0...900, using: &chance))
        return switch Int.random(in: 0..<4, using: &chance) {
        case 0: .recorded(usage: ["input": 7], cost: cost)
        case 1: .recorded(usage: nil, cost: cost)
        case 2: .failed("refused")
        default: .unknown("cut")
        }
    }
}
