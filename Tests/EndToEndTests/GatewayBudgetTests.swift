import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that know nothing of the machine are under the same budgets as agents.
@Suite(.serialized) struct GatewayBudgetTests {
    private static func scene() async throws -> GatewayScene {
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
}
