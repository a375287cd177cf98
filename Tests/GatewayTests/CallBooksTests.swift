import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@testable import Gateway

/// Who writes which calls, and with whom.
@Suite(.timeLimit(.minutes(5))) struct CallBooksTests {
    @Test func callsOfManyJobsAreWrittenTogether() async throws {
        let scene = try await Scene.make(jobs: 5)
        let verdicts = try await scene.asksAtOnce((0..<5).map { scene.intent(of: $0) })
        #expect(verdicts.allSatisfy { $0 == "granted" })
        // One that came first, alone, and four together: a set has one time.
        #expect(try await scene.setSizes() == [1, 4])
    }

    @Test func whatTheDatabaseRefusesOfOneIsNotRefusedToOthers() async throws {
        let scene = try await Scene.make(jobs: 4)
        var bad = scene.intent(of: 2)
        bad.step.kind = "nothing that is known"
        let verdicts = try await scene.asksAtOnce([scene.intent(of: 0), scene.intent(of: 1), bad, scene.intent(of: 3)])
        #expect(verdicts == ["granted", "granted", "refused", "granted"])
        // Nor are they written alone from now on.
        #expect(scene.budgeted.allSatisfy { !$0.contains("c") })
        #expect(try await scene.setSizes() == [1, 1, 1])
    }

    @Test func anAttemptThatCountsInABudgetIsAskedForAlone() async throws {
        let scene = try await Scene.make(jobs: 1)
        try await MoneyStore(scene.pool).set(
            Budget(limit: MicroDollars(rawValue: 12), mode: .hard),
            of: .connection,
            "c",
            per: .total
        )
        #expect(try await scene.ask(scene.intent(of: 0)) == "granted")
        #expect(scene.budgeted[0].contains("c"))
        #expect(try await scene.ask(scene.intent(of: 0, "c#2")) == "no room")
        try await scene.settle(0, "c#1")
        #expect(try await scene.ask(scene.intent(of: 0, "c#2")) == "granted")
        // What it was settled for is in the budget.
        let budget = try #require(try await MoneyStore(scene.pool).budgets().first)
        #expect([budget.reserved.rawValue, budget.paid.rawValue] == [10, 1])
    }

    @Test func settlementsAreWrittenOnceWhoeverWritesThem() async throws {
        let scene = try await Scene.make(jobs: 2)
        for job in 0..<2 { #expect(try await scene.ask(scene.intent(of: job)) == "granted") }
        // One of them was found to count in a budget meanwhile.
        scene.budgeted[1].insert("c")
        for job in 0..<2 {
            try await scene.settle(job, "c#1")
            try await scene.settle(job, "c#1")
        }
        let paid = try await scene.pool.query("SELECT paid_micro_usd FROM chassis.ledger WHERE kind = 'settled'").rows
        #expect(try paid.map { try $0.int64("paid_micro_usd") } == [1, 1])
    }
}

/// Jobs that a worker holds, and the books of their calls.
private struct Scene {
    let conninfo: String
    let pool: PostgresPool
    let books: CallBooks
    let jobs: [ClaimedJob]
    let budgeted: [BudgetedConnections]

    static func make(jobs count: Int) async throws -> Scene {
        let conninfo = try await TestDatabase.migrated()
        let pool = PostgresPool(.init(conninfo: conninfo, applicationName: "test"), size: 4)
        let session = try await pool.withConnection {
            try await SessionStore().begin(
                .init(worker: "w", host: "h", pid: 1, version: "t", queues: ["default"], slots: 8),
                lease: .seconds(3600),
                on: $0
            )
        }
        for _ in 0..<count {
            _ = try await RunStore(pool).submit(
                .init(workflow: "w", source: "s", params: [:], jobs: [.init(name: "a", kind: "command")])
            )
        }
        let claimed = try await QueueStore(pool).turn(session: session, queue: "default", limit: count).claimed
        return Scene(
            conninfo: conninfo,
            pool: pool,
            books: CallBooks(StepStore(pool)),
            jobs: claimed,
            budgeted: claimed.map { _ in BudgetedConnections() }
        )
    }

    func intent(of job: Int, _ position: String = "c#1") -> CallBooks.Intent {
        (
            StepStore.Identity(
                job: jobs[job].id,
                epoch: jobs[job].epoch,
                attempt: 1,
                position: position,
                kind: "model",
                name: "c/m",
                effect: .none,
                fingerprint: [UInt8](repeating: 7, count: 32),
                call: 1
            ),
            PaidCall(
                connection: "c",
                model: "m",
                most: MicroDollars(rawValue: 10),
                price: ModelPrice(input: 1_000_000, output: 2_000_000)
            )
        )
    }

    func ask(_ intent: CallBooks.Intent) async throws -> String {
        let place = jobs.firstIndex { $0.id == intent.step.job } ?? 0
        do {
            switch try await books.intend(intent, in: line(place), budgeted[place]) {
            case .granted: return "granted"
            default: return "no room"
            }
        } catch let error as PostgresError where error.isRefusalOfData {
            return "refused"
        }
    }

    /// Asks for the first alone, and while that is under way for all others.
    func asksAtOnce(_ intents: [CallBooks.Intent]) async throws -> [String] {
        // Whoever sets a budget has this lock, and calls wait for it.
        let setter = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "test"))
        _ = try await setter.query("BEGIN")
        _ = try await setter.query("SELECT pg_advisory_xact_lock(7160546, 1)")
        return try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (number, intent) in intents.enumerated() {
                group.addTask { (number, try await ask(intent)) }
                // The first is under way before another comes; the others wait for it.
                if number == 0 {
                    try await waitForLock()
                } else {
                    while await books.waiterCount < number { await Task.yield() }
                }
            }
            _ = try await setter.query("COMMIT")
            var verdicts = intents.map { _ in "" }
            for try await (number, verdict) in group { verdicts[number] = verdict }
            return verdicts
        }
    }

    private func waitForLock() async throws {
        let isWaiting: PostgresStatement =
            "SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
        while try await pool.query(isWaiting).rows.isEmpty { await Task.yield() }
    }

    func settle(_ job: Int, _ position: String) async throws {
        try await books.settle(
            StepStore.SettledStep(
                position: position,
                call: 1,
                settlement: .recorded(usage: ["input": 1], cost: MicroDollars(rawValue: 1))
            ),
            isPaid: true,
            in: line(job),
            budgeted[job]
        )
    }

    private func line(_ job: Int) -> CallLine {
        CallLine(job: jobs[job].id, epoch: jobs[job].epoch, connection: "c")
    }

    /// How many intents were written by each statement, in their order.
    func setSizes() async throws -> [Int64] {
        try await pool.query("SELECT count(*) AS size FROM chassis.ledger GROUP BY at ORDER BY at").rows
            .map { try $0.int64("size") }
    }
}
