import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What the gateway leaves open of a job that succeeds: no attempt comes that would settle it.
@Suite(.serialized) struct GatewayLeftoverTests {
    private static func step(_ scene: GatewayScene) async throws -> PostgresRow { try await steps(scene)[0] }

    /// What is open or settled, by attempts.
    private static func steps(_ scene: GatewayScene) async throws -> PostgresRows {
        try await scene.fleet.pool.query(
            """
            SELECT state, unknown_calls, coalesce(money, '') AS money, coalesce(cost_micro_usd, 0) AS cost,
                   (SELECT coalesce(sum(reserved_micro_usd), 0)::bigint FROM chassis.ledger) AS reserved
            FROM chassis.step WHERE position LIKE 'gateway/%' ORDER BY epoch
            """
        ).rows
    }

    /// The gateway alone is killed, and its program makes nothing of that: what became of its calls decides about its job, and so it is
    /// started again.
    @Test(.timeLimit(.minutes(5))) func aCallIsUnknownWhoseGatewayWasKilled() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        await scene.hold("rude", from: 1)
        let run = try await scene.submit("rude", run: RudeOutcome.program(["swallow"]))
        await scene.untilCalled("rude", 1)
        for gateway in scene.gateways() { kill(gateway, SIGKILL) }
        await scene.untilCalled("rude", 2)
        await scene.hold("rude", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains(#""status": 200"#))
        let steps = try await Self.steps(scene)
        #expect(try steps[0].string("state") == "unknown" && steps[0].int("unknown_calls") == 1)
        #expect(try steps[0].string("money") == "unknown" && steps[0].int64("reserved") == 0)
        #expect(try steps.count == 2 && steps[1].string("state") == "recorded")
        let log = try await scene.log(of: run)
        #expect(log.contains("the outcome of model step gateway/fake#1 (fake/fake) is unknown"), "\(log)")
        let keys = Set(try await scene.bill(of: "rude").compactMap { $0["idempotency"]?.stringValue })
        #expect(keys.count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// What a program was refused is not forgotten with its gateway; one that asked for nothing has nothing to do again.
    @Test(.timeLimit(.minutes(5)), arguments: ["circle", "nothing"])
    func whatWasRefusedIsRefusedAgainWhenTheGatewayWasKilled(_ what: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/waits"
        let run = try await scene.submit(
            "rude",
            run: RudeOutcome.program(["waits", "hello [run:rude turns:1]", file, what])
        )
        _ = try await scene.fleet.wait(
            for: run,
            until: "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line = 'waits'"
        )
        for gateway in scene.gateways() { kill(gateway, SIGKILL) }
        Fleet.write("", to: file + ".go")
        #expect(try await scene.fleet.end(of: run) == (what == "circle" ? "failed" : "succeeded"), "\(worker.output)")
        let ending = try await scene.fleet.pool.query(
            "SELECT attempt, coalesce(error->>'code', '') AS code FROM chassis.done"
        ).rows[0]
        #expect(try ending.int("attempt") == (what == "circle" ? 2 : 1))
        #expect(try ending.string("code") == (what == "circle" ? "limit-repeated-calls" : ""))
        await worker.killAndWait()
        await scene.close()
    }

    /// The answer is recorded and its program has it, but the gateway cannot settle the call.
    @Test(.timeLimit(.minutes(5))) func aCallIsSettledByItsRecord() async throws {
        let scene = try await GatewayScene.make()
        for statement: PostgresStatement in [
            """
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'not now'; END $$
            """,
            """
            CREATE TRIGGER refuse BEFORE UPDATE ON chassis.step FOR EACH ROW
            WHEN (current_setting('application_name') = 'chassis-worker gateway') EXECUTE FUNCTION public.refuse()
            """,
        ] { _ = try await scene.fleet.pool.query(statement) }
        let worker = scene.worker("worker")
        let run = try await scene.submit("rude", run: RudeOutcome.program(["swallow"]))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains(#""status": 200"#))
        let step = try await Self.step(scene)
        #expect(try step.string("state") == "recorded" && step.int("unknown_calls") == 0)
        #expect(try step.string("money") == "settled" && step.int64("cost") > 0 && step.int64("reserved") == 0)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func aStepIsUnknownOfWhichTheProgramSaidNoMore() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("rude", run: RudeOutcome.program(["begin-step"]))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let step = try await Self.step(scene)
        #expect(try step.string("state") == "unknown" && step.int("unknown_calls") == 1)
        await worker.killAndWait()
        await scene.close()
    }
}
