import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Many agents at once on one budget, while workers are killed and the server restarts.
@Suite(.serialized) struct BudgetTests {
    /// A team has 4 cents, its agents need more, and everything is killed meanwhile: the provider's bill stays below, nothing stays reserved, and the ledger agrees with the bill.
    @Test(.timeLimit(.minutes(10))) func isNeverExceeded() async throws {
        let cluster = await PostgresCluster.make(isDurable: true)
        await cluster.start()
        let fleet = try await Fleet.make(turns: 2, on: cluster)
        // Whole micro-dollars a token, so that the bill can be reckoned without rounding.
        let prices = "prices: {scripted: {input: \(Self.scale), output: \(20 * Self.scale), max_output: 100}}"
        let connections = Fleet.read(fleet.directory + "/connections.yaml")
        Fleet.write(
            connections.replacing("prices: {scripted: {input: 2.5, output: 10}}", with: prices),
            to: fleet.directory + "/connections.yaml"
        )
        let limit: Int64 = Self.agents == 100 ? 40_000 : 1_000_000
        let money = MoneyStore(fleet.pool)
        try await money.set(Budget(limit: MicroDollars(rawValue: limit)), of: .team, "default", per: .total)
        var runs: [RunID] = []
        for number in 0..<Self.agents { runs.append(try await fleet.submitAgent(tag: "agent-\(number)")) }

        var generator = SeededGenerator(seed: 7)
        var workers = [
            fleet.worker("w0", arguments: Self.arguments),
            fleet.worker("w1", arguments: Self.arguments),
        ]
        let half = try await Self.wait(fleet, untilCalls: 40)
        #expect(half)
        for round in 0..<3 {
            let victim = Int.random(in: 0..<2, using: &generator)
            await workers[victim].killAndWait()
            workers[victim] = fleet.worker("w\(victim)-\(round)", arguments: Self.arguments)
            if round == 1 {
                await cluster.stop(SIGKILL)
                await cluster.start()
            }
            _ = try await Self.wait(fleet, untilCalls: 40 + (round + 1) * 8)
        }
        for run in runs { _ = try await fleet.end(of: run) }
        for worker in workers { await worker.killAndWait() }

        let budget = try #require(try await money.budgets().first)
        let bill = try Self.bill(fleet)
        let paid = try await money.costs(by: .team)[0]
        #expect(bill.total <= limit, "the bill is \(bill)")
        #expect(budget.reserved == .zero && paid.reserved == .zero)
        #expect(budget.paid == paid.paid && budget.unknown == paid.unknown)
        #expect(budget.paid.rawValue + budget.unknown.rawValue <= limit)
        // Each call is on both sides, or its outcome is unknown, and keeps the most that it can have cost.
        let known = try await Self.paidBySteps(fleet)
        #expect(paid.paid.rawValue == known)
        #expect(
            bill.total >= paid.paid.rawValue && bill.total <= paid.paid.rawValue + paid.unknown.rawValue,
            "\(bill) \(paid)"
        )
        #expect(bill.calls <= paid.calls + paid.unknownCalls && bill.calls >= paid.calls)
        // Some got through, and the budget was the reason why others did not.
        let refused = try await fleet.pool.query(
            "SELECT count(*) AS n FROM chassis.done WHERE error->>'code' = 'budget-exceeded'"
        ).rows[0].int("n")
        let succeeded = try await fleet.pool.query(
            "SELECT count(*) AS n FROM chassis.done WHERE state = 'succeeded'"
        ).rows[0].int("n")
        #expect(
            refused > 0 && succeeded > 0 && refused + succeeded == Self.agents,
            "\(refused) refused, \(succeeded) succeeded; \(bill) \(paid)"
        )
        if Self.agents != 100 { print("\(succeeded) succeeded, \(refused) refused; bill \(bill); ledger \(paid)") }
        await fleet.close()
        await cluster.stop()
    }

    /// 100, or as many as `CHASSIS_BUDGET_AGENTS` says: `Benchmarks/budget` has 1,000 on a budget of 1 dollar.
    private static let agents = getenv("CHASSIS_BUDGET_AGENTS").flatMap { Int(String(cString: $0)) } ?? 100
    /// How many a worker runs at once.
    private static let slots = agents == 100 ? "10" : String(agents / 2)
    /// A job may be in the hands of each that is killed.
    private static let arguments = ["--slots", slots, "--poison-limit", "100"]
    /// What a token read costs, in micro-dollars: so much that the agents need half as much again as they have.
    private static let scale: Int64 = agents == 100 ? 1 : 3

    /// Waits until so many calls were settled, or every run has ended.
    private static func wait(_ fleet: Fleet, untilCalls calls: Int) async throws -> Bool {
        while true {
            do {
                let row = try await fleet.pool.query(
                    """
                    SELECT (SELECT count(*) FROM chassis.ledger WHERE kind = 'settled') AS settled,
                           (SELECT count(*) FROM chassis.live_run) AS live
                    """
                ).rows[0]
                if try row.int("settled") >= calls { return true }
                if try row.int("live") == 0 { return false }
                _ = try await fleet.pool.query("SELECT pg_sleep(0.02)")
            } catch let error as PostgresError where error.isConnectionError {
                try Task.checkCancellation()
            }
        }
    }

    /// What the provider billed, by its own account, at the prices of the test.
    private static func bill(_ fleet: Fleet) throws -> (calls: Int, total: Int64) {
        var calls = 0
        var total: Int64 = 0
        for text in Fleet.read(fleet.directory + "/bill").split(separator: "\n") {
            let line = try JSONValue(parsing: String(text))
            guard line["event"]?.stringValue == "answer", line["billed"]?.boolValue == true,
                let input = line["usage"]?["prompt_tokens"]?.integerValue,
                let output = line["usage"]?["completion_tokens"]?.integerValue
            else { continue }
            calls += 1
            total += (input + 20 * output) * scale
        }
        return (calls, total)
    }

    private static func paidBySteps(_ fleet: Fleet) async throws -> Int64 {
        try await fleet.pool.query(
            "SELECT coalesce(sum(cost_micro_usd), 0)::bigint AS n FROM chassis.step WHERE state = 'recorded'"
        ).rows[0].int64("n")
    }

    /// A job whose run has no room left waits without a slot until somebody raises the budget, and pays nothing again.
    @Test(.timeLimit(.minutes(5))) func aHeldRunGoesOnWhenItsBudgetIsRaised() async throws {
        let fleet = try await Fleet.make(turns: 4)
        let source = """
            name: agent-test
            budget: {usd: 0.000001, on_exceeded: hold}
            jobs:
              work:
                agent:
                  model: model/scripted
                  max_output_tokens: 500
                  prompt: go through the items [run:agent-test]
                  tools:
                    - command: {name: note, run: [sh, -c, "cat >> /dev/null; echo noted"], effect: none}
            """
        let worker = fleet.worker("only")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let suspended: PostgresStatement = """
            SELECT detail FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended' AND waits_for = 'budget'
            """
        #expect(try await fleet.wait(for: run, until: suspended).string("detail").contains("budgets set --run \(run)"))
        #expect(try fleet.bill().billed == 0)
        let scheduler = await fleet.scheduler()
        let raised = await fleet.chassis(["budgets", "set", "--run", "\(run)", "--usd", "5"], at: scheduler)
        #expect(raised.contains("$5.00"), "\(raised)")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try fleet.bill().billed == 4)
        let costs = await fleet.chassis(["costs", "--by", "workflow", "--json"], at: scheduler)
        let bill = try Self.tokens(fleet)
        let cost = try JSONValue(parsing: String(costs.prefix { $0 != "\n" }))["costs"]?[0]?["paid_micro_usd"]?
            .integerValue
        #expect(cost == bill, "\(costs)")
        let shown = await fleet.chassis(["show", "\(run)"], at: scheduler)
        #expect(shown.contains("run \(run)") && shown.contains("$5.00"), "\(shown)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// The bill at the prices of every fleet, each call rounded up.
    private static func tokens(_ fleet: Fleet) throws -> Int64 {
        var total: Int64 = 0
        for text in Fleet.read(fleet.directory + "/bill").split(separator: "\n") {
            let line = try JSONValue(parsing: String(text))
            guard line["event"]?.stringValue == "answer", line["billed"]?.boolValue == true,
                let input = line["usage"]?["prompt_tokens"]?.integerValue,
                let output = line["usage"]?["completion_tokens"]?.integerValue
            else { continue }
            total += (input * 25 + output * 100 + 9) / 10
        }
        return total
    }

    /// Nobody knows what a call may cost, and it is under a budget: it is not made, and the message has the command.
    @Test(.timeLimit(.minutes(5))) func refusesAModelWithoutAPriceBeforeTheFirstCall() async throws {
        let fleet = try await Fleet.make(turns: 2)
        let source = """
            name: agent-test
            budget: {usd: 1}
            jobs:
              work: {llm: {model: model/unheard-of, prompt: "say it [run:agent-test]"}}
            """
        let worker = fleet.worker("only")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "llm")])
        #expect(try await fleet.end(of: run) == "failed", "\(worker.output)")
        let error = try await fleet.error(of: run)
        #expect(error.contains("price-unknown") && error.contains("chassis prices set model/unheard-of"), "\(error)")
        #expect(try fleet.bill().billed == 0)
        await worker.killAndWait()
        await fleet.close()
    }
}
