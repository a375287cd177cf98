import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The limits of connections, and circles, hold for programs as for agents.
@Suite(.serialized) struct GatewayLimitTests {
    private static func scene(_ limits: String) async throws -> GatewayScene {
        let scene = try await GatewayScene.make()
        let path = scene.fleet.directory + "/connections.yaml"
        Fleet.write(
            Fleet.read(path).replacing("fake: {kind: openai,", with: "fake: {kind: openai, limits: \(limits),"),
            to: path
        )
        return scene
    }

    /// A program that would wait long gives up its slot and its process, and spends no attempt.
    @Test(.timeLimit(.minutes(5))) func aProgramThatWouldWaitLongIsSuspended() async throws {
        let scene = try await Self.scene("{requests_per_minute: 2}")
        let worker = scene.worker("worker")
        await scene.hold("many", from: 2)
        let run = try await scene.submit("many", run: GatewayScene.agent("chat", tag: "many", turns: 4))
        await scene.untilCalled("many", 2)
        // However long it took until here, the next call would wait for a minute.
        _ = try await scene.fleet.pool.query("UPDATE chassis.connection_call SET begun_at = now()")
        await scene.hold("many", from: nil)
        let row = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT waits_for, detail FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        #expect(try row.string("waits_for") == "time")
        #expect(try row.string("detail").contains("connection fake is at its limits"))
        #expect(try await scene.bill(of: "many").count == 2)
        _ = try await scene.fleet.pool.query(
            "UPDATE chassis.connection_call SET begun_at = begun_at - interval '1 minute'"
        )
        _ = try await scene.fleet.pool.query("UPDATE chassis.waiting SET due_at = now()")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "many").map { $0["turn"]?.integerValue } == [1, 2, 3, 4])
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func oneCallAtATimeIsOneCallAtATime() async throws {
        let scene = try await Self.scene("{concurrent: 1}")
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/rude_client.py", "parallel",
                "hello [run:rude turns:1 delay:100]",
            ]
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains(#"{"different": 3}"#))
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE b.call_id IS NOT NULL) AS overlaps, count(DISTINCT a.call_id) AS calls,
                   count(*) FILTER (WHERE a.ended_at IS NULL) AS open
            FROM chassis.connection_call AS a LEFT JOIN chassis.connection_call AS b
            ON a.call_id < b.call_id AND a.ended_at > b.begun_at AND b.ended_at > a.begun_at
            """
        ).rows[0]
        #expect(try row.int("overlaps") == 0 && row.int("calls") == 3 && row.int("open") == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// No further call is paid for, and no further attempt made.
    @Test(.timeLimit(.minutes(5)), arguments: ["chat", "responses", "messages", "gemini"])
    func aModelThatGoesRoundInACircleIsStopped(_ format: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        var agent = GatewayScene.agent(format, tag: "round", turns: 9)
        agent[3] = "go [run:round turns:9 same:1]"
        let run = try await scene.submit("round", run: agent)
        #expect(try await scene.fleet.end(of: run) == "failed")
        let error = try await scene.fleet.error(of: run)
        #expect(error.contains("limit-repeated-calls") && error.contains("limits.repeated_calls is 3"), "\(error)")
        #expect(try await scene.bill(of: "round").count == 4)
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// Also where the provider keeps the conversation, and each request holds only what is new.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [("previous", []), ("conversation", ["drift", "stream"])] as [(String, [String])]
    ) func aCircleIsSeenInWhatTheProviderKeeps(_ how: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("round", from: 3)
        let worker = scene.worker("worker")
        let agent = "\(Fleet.repository)/Tests/Servers/held_agent.py"
        let run = try await scene.submit(
            "round",
            run: ["python3", agent, how, "go [run:round turns:9 same:1]"] + options
        )
        // What is served again is no further turn.
        await scene.untilCalled("round", 3, path: "/responses")
        if let program = scene.program(of: worker, tag: "round") { kill(program, SIGKILL) }
        await scene.hold("round", from: nil)
        #expect(try await scene.fleet.end(of: run) == "failed")
        let error = try await scene.fleet.error(of: run)
        #expect(error.contains("limit-repeated-calls") && error.contains("limits.repeated_calls is 3"), "\(error)")
        let calls = try await scene.bill(of: "round").filter {
            $0["path"]?.stringValue?.hasSuffix("/responses") == true
        }
        #expect(calls.count == 4)
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 2
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// An answer that completes the row is served to a client that asks for it again.
    @Test(.timeLimit(.minutes(5))) func aRetryOfWhatIsRecordedIsServed() async throws {
        let outcome = try await RudeOutcome.of("held-retry", "go [run:rude turns:9 same:1]")
        #expect(outcome.said == [200, "exact", true], "\(outcome.said.text())")
        #expect(outcome.billed == 5)
    }

    /// What the program makes of the refusal is its own business; its job has failed.
    @Test(.timeLimit(.minutes(5))) func aProgramThatSwallowsTheRefusalFailsAllTheSame() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("rude", run: RudeOutcome.program(["circle"]))
        #expect(try await scene.fleet.end(of: run) == "failed")
        let error = try await scene.fleet.error(of: run)
        #expect(error.contains("limit-repeated-calls"), "\(error)")
        #expect(try await scene.bill(of: "rude").isEmpty)
        await worker.killAndWait()
        await scene.close()
    }
}
