import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that know nothing of the machine are under the same budgets as agents.
@Suite(.serialized) struct GatewayBudgetTests {
    static func scene() async throws -> GatewayScene {
        let scene = try await GatewayScene.make()
        let file = scene.fleet.directory + "/connections.yaml"
        Fleet.write(
            Fleet.read(file).replacing(
                "fake: {input: 2.5, output: 10}",
                with: "fake: {input: 1, output: 2, max_output: 500}"
            ),
            to: file
        )
        return scene
    }

    /// What no call is made for, whatever the program makes of its refusal.
    struct Fault: Sendable {
        let code: String
        let connection: String
        let budget: String
        var limits = ""
        /// How many calls come before it.
        var paid = 0
    }

    static let faults = [
        Fault(code: "budget-exceeded", connection: "fake", budget: "{usd: 0.000001}"),
        Fault(code: "price-unknown", connection: "spare", budget: "{usd: 1}"),
        Fault(
            code: "limit-requests",
            connection: "fake",
            budget: "{usd: 1}",
            limits: ", limits: {requests: 1}",
            paid: 1
        ),
    ]

    /// Starts a run with a budget, whose one job is a program that has three attempts.
    static func submit(
        _ scene: GatewayScene,
        _ tag: String,
        budget: String,
        connections: [String],
        limits: String = "",
        _ program: [String]
    ) async throws -> RunID {
        let words = program.map { JSONValue.string($0).text() }.joined(separator: ", ")
        let source = """
            name: \(tag)
            budget: \(budget)
            jobs:
              work:
                command: {run: [\(words)], connections: [\(connections.joined(separator: ", "))]\(limits)}
                retry: {attempts: 3, delay: 20ms, max: 50ms}
            """
        return try await scene.fleet.submit(tag, source, [.init(name: "work", kind: "command")])
    }

    /// A program that is refused a call waits without a slot, and pays nothing again when it goes on.
    @Test(.timeLimit(.minutes(5))) func aHeldProgramGoesOnWhenTheBudgetIsRaised() async throws {
        let scene = try await Self.scene()
        let money = MoneyStore(scene.fleet.pool)
        let worker = scene.worker("only")
        let run = try await scene.submit("held", run: GatewayScene.agent("chat", tag: "held", turns: 3))
        _ = try await scene.fleet.end(of: run)
        let first = try #require(try await money.costs(by: .connection).first { $0.name == "fake" })
        #expect(first.paid > .zero && first.unknown == .zero && first.reserved == .zero)
        #expect(first.calls == (try await scene.bill(of: "held").count))

        // As much as was paid already, and nothing more.
        try await money.set(Budget(limit: first.paid, mode: .hold), of: .team, "default", per: .total)
        let again = try await scene.submit("again", run: GatewayScene.agent("chat", tag: "again", turns: 3))
        let suspended: PostgresStatement = """
            SELECT detail FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended' AND waits_for = 'budget'
            """
        #expect(try await scene.fleet.wait(for: again, until: suspended).string("detail").contains("team default"))
        #expect(try await scene.bill(of: "again").isEmpty)
        let queues = try await money.set(
            Budget(limit: MicroDollars(rawValue: 10_000_000), mode: .hold),
            of: .team,
            "default",
            per: .total
        )
        try await Notifications.sendReady(Set(queues), on: scene.fleet.pool)
        #expect(try await scene.fleet.end(of: again) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "again").count == first.calls)
        let total = try await money.costs(by: .team)[0]
        let budget = try #require(try await money.budgets().first)
        #expect(total.paid == budget.paid && total.reserved == .zero && total.calls == 2 * first.calls)
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that makes nothing of its refusal, and prints an output, has not done its work: it goes on when there is room.
    @Test(.timeLimit(.minutes(5))) func aProgramThatSwallowsItsRefusalIsSuspendedAllTheSame() async throws {
        let scene = try await Self.scene()
        let money = MoneyStore(scene.fleet.pool)
        try await money.set(Budget(limit: MicroDollars(rawValue: 1), mode: .hold), of: .team, "default", per: .total)
        let worker = scene.worker("only")
        let said = scene.fleet.directory + "/said"
        let run = try await scene.submit(
            "swallows",
            run: RudeOutcome.program(["no-money", "hello [run:swallows turns:1]", said, "fake"])
        )
        let suspended: PostgresStatement = """
            SELECT detail FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended' AND waits_for = 'budget'
            """
        #expect(try await scene.fleet.wait(for: run, until: suspended).string("detail").contains("team default"))
        #expect(try JSONValue(parsing: Fleet.read(said))[0]?[0] == 402)
        #expect(try await scene.bill(of: "swallows").isEmpty)
        let more = Budget(limit: MicroDollars(rawValue: 10_000_000), mode: .hold)
        let queues = try await money.set(more, of: .team, "default", per: .total)
        try await Notifications.sendReady(Set(queues), on: scene.fleet.pool)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: Fleet.read(said))[0]?[0] == 200)
        #expect(try await scene.bill(of: "swallows").count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that asks for something else in each attempt would pay for that over and over: it is suspended once.
    @Test(.timeLimit(.minutes(5))) func aProgramThatGoesAnotherWayIsTakenAtItsWord() async throws {
        let scene = try await Self.scene()
        let worker = scene.worker("only")
        let program = RudeOutcome.program(["wanders", "hello [run:wanders turns:1]"])
        // What one call reserves, of equal length.
        _ = try await scene.fleet.end(of: try await scene.submit("first", run: program))
        let reserved = try await scene.fleet.pool.query(
            "SELECT reserved_micro_usd AS most FROM chassis.ledger WHERE kind = 'reserved' LIMIT 1"
        ).rows[0].int64("most")
        try await Self.leaveRoom(for: reserved, scene)
        let run = try await scene.submit("second", run: program)
        _ = try await scene.fleet.wait(
            for: run,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'budget'"
        )
        #expect(try await scene.bill(of: "wanders").count == 3)
        try await Self.leaveRoom(for: reserved, scene)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [200, 402])
        #expect(try await scene.bill(of: "wanders").count == 4)
        await worker.killAndWait()
        await scene.close()
    }

    /// Sets the team's budget so that just this much is left in it.
    private static func leaveRoom(for amount: Int64, _ scene: GatewayScene) async throws {
        let money = MoneyStore(scene.fleet.pool)
        if try await money.budgets().isEmpty {
            // It counts what was spent before, which it says when it is there.
            _ = try await money.set(Budget(limit: .zero, mode: .hold), of: .team, "default", per: .total)
        }
        let spent = try #require(try await money.budgets().first).paid.rawValue
        let budget = Budget(limit: MicroDollars(rawValue: spent + amount), mode: .hold)
        let queues = try await money.set(budget, of: .team, "default", per: .total)
        try await Notifications.sendReady(Set(queues), on: scene.fleet.pool)
    }

    /// What the file says of a run holds for its programs too.
    @Test(.timeLimit(.minutes(5))) func aProgramIsRefusedWhatItsRunMayNotSpend() async throws {
        let scene = try await Self.scene()
        let worker = scene.worker("only")
        let words = GatewayScene.agent("chat", tag: "poor", turns: 3).map { JSONValue.string($0).text() }
        let source = """
            name: poor
            budget: {usd: 0.000001}
            jobs:
              work:
                command: {run: [\(words.joined(separator: ", "))], connections: [fake]}
                retry: {attempts: 1}
            """
        let run = try await scene.fleet.submit("poor", source, [.init(name: "work", kind: "command")])
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        #expect(try await scene.bill(of: "poor").isEmpty)
        #expect(try await scene.log(of: run).contains("the budget of the run has no room"))
        await worker.killAndWait()
        await scene.close()
    }

    /// Another attempt would be refused the same call: one that exits over it is not tried again, and one that makes nothing of it has
    /// not done its work.
    @Test(.timeLimit(.minutes(5)), arguments: faults, [true, false])
    func whatMustNotBePaidForFailsItsJobForGood(_ fault: Fault, _ swallows: Bool) async throws {
        let scene = try await Self.scene()
        let worker = scene.worker("only")
        let said = scene.fleet.directory + "/said"
        let rude = ["no-money", "hello [run:poor turns:1]", said, fault.connection, fault.connection]
        let run = try await Self.submit(
            scene,
            "poor",
            budget: fault.budget,
            connections: [fault.connection],
            limits: fault.limits,
            swallows ? RudeOutcome.program(rude) : GatewayScene.agent("chat", tag: "poor", turns: 3)
        )
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        let error = try await scene.fleet.error(of: run)
        #expect(error.contains("\"\(fault.code)\""), "\(error)")
        if swallows {
            #expect(try JSONValue(parsing: Fleet.read(said))[1]?[0] == 402)
        }
        #expect(try await scene.bill(of: "poor").count == fault.paid)
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// Official clients do not repeat a 402, nor anything that says so, and their programs are told why in words that they know.
    @Test(.timeLimit(.minutes(5))) func aRefusalIsToldInTheWordsOfEachProvider() async throws {
        let scene = try await Self.scene()
        let worker = scene.worker("only")
        let file = scene.fleet.directory + "/said"
        let run = try await Self.submit(
            scene,
            "poor",
            budget: "{usd: 0.000001}",
            connections: ["fake", "claude", "gem"],
            RudeOutcome.program(["no-money", "hello [run:poor turns:1]", file, "fake", "claude", "gem"])
        )
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        let said = try JSONValue(parsing: Fleet.read(file)).arrayValue ?? []
        #expect(said.count == 3 && said.allSatisfy { $0[0] == 402 && $0[1] == "false" }, "\(said)")
        let errors = said.map { $0[2]?["error"] ?? .null }
        for error in errors {
            let message = error["message"]?.stringValue ?? ""
            #expect(message.hasPrefix("chassis: the call ") && message.contains("the budget of the run"), "\(message)")
        }
        #expect(errors[0]["type"] == "insufficient_quota" && errors[0]["code"] == "chassis_budget", "\(errors[0])")
        #expect(said[1][2]?["type"] == "error" && errors[1]["type"] == "billing_error", "\(errors[1])")
        #expect(errors[2]["code"] == 402 && errors[2]["status"] == "RESOURCE_EXHAUSTED", "\(errors[2])")
        #expect(try await scene.bill(of: "poor").isEmpty)
        await worker.killAndWait()
        await scene.close()
    }

    /// What a program's own calls have reserved they give back: it is not stopped for that, however long they take.
    @Test(.timeLimit(.minutes(5))) func aProgramWaitsForTheRoomThatItsOwnCallsHave() async throws {
        let scene = try await Self.scene()
        try await MoneyStore(scene.fleet.pool).set(
            Budget(limit: MicroDollars(rawValue: 4000)),
            of: .team,
            "default",
            per: .total
        )
        let worker = scene.worker("only")
        let agent = "python3 \(Fleet.repository)/Tests/Servers/plain_agent.py chat"
        // Longer than a call waits for others.
        let calls = ["one", "two"].map { "\(agent) 'go [run:\($0) turns:1 delay:7000]' &" }
        let run = try await scene.submit(
            "both",
            run: ["bash", "-c", calls.joined(separator: " ") + " wait -n && wait -n"]
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        for tag in ["one", "two"] { #expect(try await scene.bill(of: tag).count == 1) }
        // Nor was it suspended in between, which spends no attempt but takes another lease.
        #expect(
            try await scene.fleet.number("SELECT epoch AS n FROM chassis.done WHERE run_id = $1::bigint", of: run) == 1
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// There is room for one of them at a time: the other one waits a little, then without slot and process, and spends no attempt.
    @Test(.timeLimit(.minutes(5))) func aProgramIsSuspendedWhenTheRoomIsReservedByAnother() async throws {
        let scene = try await Self.scene()
        let money = MoneyStore(scene.fleet.pool)
        // A call may cost 1,024 micro-dollars and a few for what is sent, and 1,000 for what is answered; it does cost 120.
        try await money.set(Budget(limit: MicroDollars(rawValue: 4000)), of: .team, "default", per: .total)
        let worker = scene.worker("only")
        await scene.hold("first", from: 1)
        let first = try await scene.submit("first", run: GatewayScene.agent("chat", tag: "first", turns: 1))
        await scene.untilCalled("first", 1)
        let second = try await scene.submit("second", run: GatewayScene.agent("chat", tag: "second", turns: 1))
        let row = try await scene.fleet.wait(
            for: second,
            until: """
                SELECT waits_for, detail FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = waiting.job_id)
                """
        )
        #expect(try row.string("waits_for") == "budget")
        let detail = try row.string("detail")
        #expect(detail.hasPrefix("the budget of team default is reserved by calls under way"), "\(detail)")
        #expect(try await scene.bill(of: "second").isEmpty)
        await scene.hold("first", from: nil)
        #expect(try await scene.fleet.end(of: first) == "succeeded", "\(worker.output)")
        _ = try await scene.fleet.pool.query("UPDATE chassis.waiting SET due_at = now()")
        #expect(try await scene.fleet.end(of: second) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "second").count == 1)
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: second)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
    }
}
