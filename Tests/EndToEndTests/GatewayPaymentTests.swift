import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What counts as paid of what programs ask for.
@Suite(.serialized) struct GatewayPaymentTests {
    /// What a provider would take for a call that costs something reaches none, whatever the gateway would take it for.
    @Test(.timeLimit(.minutes(5))) func noPathLeadsPastTheBudget() async throws {
        let scene = try await GatewayBudgetTests.scene()
        let worker = scene.worker("only")
        let run = try await GatewayBudgetTests.submit(
            scene,
            "poor",
            budget: "{usd: 0.000001}",
            connections: ["fake", "gem"],
            RudeOutcome.program(["elsewhere", "hello [run:poor turns:1]"])
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run)).arrayValue ?? []
        #expect(said.count == 6 && said.allSatisfy { $0 == "404" }, "\(said)")
        #expect(try await scene.bills().isEmpty)
        await worker.killAndWait()
        await scene.close()
    }

    /// What gave up waiting for a model does not know what that did, and the model is paid all the same; a refusal costs nothing.
    @Test(.timeLimit(.minutes(5)), arguments: [(504, 1), (408, 1), (524, 1), (503, 0), (500, 0)])
    func aCallThatMayHaveBeenPaidCountsAsUnknown(_ status: Int, _ unknown: Int) async throws {
        let scene = try await GatewayBudgetTests.scene()
        let worker = scene.worker("only")
        await scene.script("poor", "[\"page-\(status)\"]")
        let run = try await GatewayBudgetTests.submit(
            scene,
            "poor",
            budget: "{usd: 1}",
            connections: ["fake"],
            RudeOutcome.program(["until-good", "hello [run:poor turns:1]"])
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "poor").count == 2)
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'recorded') AS recorded, coalesce(sum(unknown_calls), 0) AS unknown
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        ).rows[0]
        #expect(try row.int("recorded") == 1 && row.int("unknown") == unknown)
        let cost = try #require(
            try await MoneyStore(scene.fleet.pool).costs(by: .connection).first { $0.name == "fake" }
        )
        #expect(cost.paid > .zero && cost.reserved == .zero && (cost.unknown > .zero) == (unknown > 0), "\(cost)")
        await worker.killAndWait()
        await scene.close()
    }

    /// It counts, and somebody should look.
    @Test(.timeLimit(.minutes(5))) func aCallThatCostMoreThanItCanIsTold() async throws {
        let scene = try await GatewayBudgetTests.scene()
        let worker = scene.worker("only")
        await scene.script(
            "dear",
            """
            [{"choices": [{"index": 0, "message": {"role": "assistant", "content": "all done"}, "finish_reason": "stop"}],
              "usage": {"prompt_tokens": 1000000, "completion_tokens": 10}}]
            """
        )
        let run = try await scene.submit("dear", run: RudeOutcome.program(["until-good", "hello [run:dear turns:1]"]))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let log = try await scene.log(of: run)
        #expect(log.contains("call gateway/fake#1 (fake/fake) cost ") && log.contains("more than the "), "\(log)")
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func nothingIsSavedByCountsOutOfTheirRecords() async throws {
        let scene = try await GatewayBudgetTests.scene()
        let worker = scene.worker("only")
        let words = ["counts", "hello [run:counts turns:1]", scene.fleet.directory + "/counted"]
        let run = try await scene.submit("counts", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["exact", "exact", "exact"])
        #expect(try await scene.bill(of: "counts").count == 3)
        let row = try await scene.fleet.pool.query(
            "SELECT coalesce(sum(model_calls), 0) AS calls, coalesce(sum(saved_micro_usd), 0)::bigint AS saved FROM chassis.replay"
        ).rows[0]
        #expect(try row.int("calls") == 3 && row.int("saved") == 0)
        // Nor is anything put down that a later release would count.
        let shelved = ChildProcess(["grep", "-r", "-a", "-l", "cost_microdollars", scene.fleet.directory + "/store"])
        _ = await shelved.line { _ in false }
        #expect(shelved.output.isEmpty, "\(shelved.output)")
        await worker.killAndWait()
        await scene.close()
    }
}
