import JobModel
import Postgres
import Storage
import TestSupport

/// A queue with jobs that make paid calls, and what the books say of them.
struct MoneyFixture {
    static let price = ModelPrice(input: 1_000_000, output: 2_000_000)

    /// A time for what counts by days: a test that takes the clock's finds two of them at midnight.
    static let noon = "2030-01-15T12:00:00Z"

    let fixture: QueueFixture
    let steps: StepStore
    let money: MoneyStore

    static func make() async throws -> MoneyFixture { MoneyFixture(try await QueueFixture.make()) }

    init(_ fixture: QueueFixture) {
        self.fixture = fixture
        steps = StepStore(fixture.pool)
        money = MoneyStore(fixture.pool)
    }

    /// Jobs that a worker holds, each of a run of its own.
    func jobs(_ count: Int, team: String = "growth") async throws -> [ClaimedJob] {
        for _ in 0..<count {
            _ = try await fixture.runs.submit(
                .init(workflow: "w", source: "s", team: team, params: [:], jobs: [.init(name: "a", kind: "llm")])
            )
        }
        return try await fixture.claim(count)
    }

    func reserve(
        _ job: ClaimedJob,
        _ most: Int64?,
        at position: String = "t0001",
        connection: String = "c",
        bounds: PaidCall.Bounds = .init(),
        now: String? = nil
    ) async throws -> CallVerdict {
        try await steps.intend(
            StepStoreTests.step(job, position),
            PaidCall(
                connection: connection,
                model: "m",
                most: most.map(MicroDollars.init),
                price: most == nil ? nil : Self.price,
                bounds: bounds
            ),
            now: now
        )
    }

    /// Reserves for calls of one job together, each at a position of its own.
    func reserve(_ job: ClaimedJob, together most: [Int64], bounds: PaidCall.Bounds = .init()) async throws
        -> [CallVerdict]
    {
        try await steps.intend(
            most.enumerated().map { number, most in
                (
                    StepStoreTests.step(job, "c#\(number)"),
                    PaidCall(
                        connection: "c",
                        model: "m",
                        most: MicroDollars(rawValue: most),
                        price: Self.price,
                        bounds: bounds
                    )
                )
            }
        )
    }

    func settle(
        _ job: ClaimedJob,
        _ settlement: StepStore.Settlement,
        at position: String = "t0001",
        unknownCalls: Int = 0,
        now: String? = nil
    ) async throws {
        try await steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: position,
            as: settlement,
            unknownCalls: unknownCalls,
            now: now
        )
    }

    static func paid(_ cost: Int64) -> StepStore.Settlement {
        .recorded(usage: ["input": 1, "output": 1], cost: MicroDollars(rawValue: cost))
    }

    func set(
        _ limit: Int64,
        _ mode: Budget.Mode = .hard,
        per period: Budget.Period = .total,
        now: String? = nil
    ) async throws {
        try await money.set(
            Budget(limit: MicroDollars(rawValue: limit), mode: mode),
            of: .team,
            "growth",
            per: period,
            now: now
        )
    }

    /// What the budget of the team has come to: reserved, paid and unknown.
    func budget(now: String? = nil) async throws -> [Int64] {
        guard let budget = try await money.budgets(now: now).first else { return [] }
        return [budget.reserved, budget.paid, budget.unknown].map(\.rawValue)
    }

    /// What the ledger says: reserved, paid, unknown and saved.
    func ledger() async throws -> [Int64] {
        let row = try await fixture.pool.query(
            """
            SELECT coalesce(sum(reserved_micro_usd), 0)::bigint AS a, coalesce(sum(paid_micro_usd), 0)::bigint AS b,
                   coalesce(sum(unknown_micro_usd), 0)::bigint AS c, coalesce(sum(saved_micro_usd), 0)::bigint AS d
            FROM chassis.ledger
            """
        ).rows[0]
        return [try row.int64("a"), try row.int64("b"), try row.int64("c"), try row.int64("d")]
    }

    /// What the open rows of steps have reserved.
    func openReservations() async throws -> Int64 {
        try await fixture.pool.query(
            "SELECT coalesce(sum(reserved_micro_usd), 0)::bigint AS n FROM chassis.step WHERE money = 'reserved'"
        ).rows[0].int64("n")
    }

    /// The kinds of the ledger's entries in their order.
    func kinds() async throws -> [String] {
        try await fixture.pool.query("SELECT kind FROM chassis.ledger ORDER BY entry_id").rows
            .map { try $0.string("kind") }
    }
}
