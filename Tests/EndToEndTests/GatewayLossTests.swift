import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What is left when a program, or all of a host, is killed.
@Suite(.serialized) struct GatewayLossTests {
    /// Worker, gateway and program are killed at once: the call in flight alone is asked again, with the same key, and
    /// listed as unknown.
    @Test(.timeLimit(.minutes(5))) func listsTheCallInFlightWhenEverythingIsLost() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        await scene.hold("lost", from: 2)
        let run = try await scene.submit("lost", run: GatewayScene.agent("chat", tag: "lost", turns: 3))
        await scene.untilCalled("lost", 2)
        let gateways = scene.gateways()
        #expect(gateways.count == 1)
        // Stopped first, so that none of them sees another one's end.
        let victims = [first.pid] + gateways + [scene.program(of: first, tag: "lost")].compactMap { $0 }
        for victim in victims { kill(victim, SIGSTOP) }
        for victim in victims { kill(victim, SIGKILL) }
        await scene.hold("lost", from: nil)
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        let bill = try await scene.bill(of: "lost")
        #expect(bill.compactMap { $0["turn"]?.integerValue } == [1, 2, 2, 3])
        #expect(bill[1]["idempotency"] == bill[2]["idempotency"])
        let unknown = try await scene.fleet.number(
            """
            SELECT coalesce(sum(unknown_calls), 0)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%'
            """,
            of: run
        )
        #expect(unknown == 1)
        #expect(
            try await scene.log(of: run).contains("the outcome of model step gateway/fake#2 (fake/fake) is unknown")
        )
        await second.killAndWait()
        await scene.close()
    }

    /// A stream out of its record has the very bytes that came from the provider.
    @Test(.timeLimit(.minutes(5))) func replaysTheVeryBytes() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/bytes"
        let words = ["told-again", "hello [run:rude turns:1 chunks:9 delay:100]", file]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["alike": true, "ended": true])
        #expect(try await scene.bill(of: "rude").count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// Every variable by which an SDK finds its provider leads to the gateway, with the token in place of the key.
    @Test(.timeLimit(.minutes(5))) func setsWhatSDKsRead() async throws {
        let said = try await RudeOutcome.of("variables").said
        let expected: JSONValue = [
            "OPENAI_BASE_URL": "/fake/v1", "OPENAI_API_BASE": "/fake/v1", "OPENAI_API_KEY": "token",
            "ANTHROPIC_BASE_URL": "/claude", "ANTHROPIC_API_BASE": "/claude", "ANTHROPIC_API_URL": "/claude",
            "ANTHROPIC_API_KEY": "token",
            "GOOGLE_GEMINI_BASE_URL": "/gem", "GEMINI_API_BASE": "/gem", "GEMINI_API_KEY": "token",
            "GOOGLE_API_KEY": "token", "GOOGLE_GENERATIVE_AI_API_KEY": "token", "CHASSIS_GATEWAY_URL": "",
            "CHASSIS_STEP_URL": "/_step", "CHASSIS_STEP_TOKEN": "token",
        ]
        #expect(said == expected, "\(said.text())")
    }
}
