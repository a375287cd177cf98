import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that call the tools of their jobs over MCP: each call is a step, as those of agents are.
@Suite(.serialized) struct GatewayToolTests {
    /// Submits a program with a tool `note` that appends its arguments to a file.
    ///
    /// - Parameter then: What the tool does behind that.
    private static func submit(
        _ scene: GatewayScene,
        _ words: [String],
        effect: String = "once",
        then: String = "true",
        more: String = ""
    ) async throws -> RunID {
        let notes = scene.fleet.directory + "/notes"
        let script = JSONValue.string("cat >> \(notes); echo >> \(notes); \(then); echo noted").text()
        let tool =
            "{command: {name: note, run: [sh, -c, \(script)], effect: \(effect), "
            + "parameters: {type: object, properties: {item: {type: string}}, required: [item]}}}"
        return try await scene.submit(
            "tools",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/tool_client.py"] + words,
            connections: "[]",
            more: ", tools: [\(tool)]\(more)"
        )
    }

    private static func notes(_ scene: GatewayScene) -> [String] {
        Fleet.read(scene.fleet.directory + "/notes").split(separator: "\n").map(String.init)
    }

    private static func suspended(_ run: RunID, for thing: String, _ scene: GatewayScene) async throws -> Approval {
        _ = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        let open = try await ApprovalStore(scene.fleet.pool).approvals(isOpen: true, run: run)
        return try #require(open.first { $0.kind.rawValue == thing })
    }

    /// A program that is killed between two calls makes none of them twice, whichever way it reaches them.
    @Test(.timeLimit(.minutes(5)), arguments: [[], ["bridge"]])
    func aKilledProgramRepeatsNoCall(_ way: [String]) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let died = scene.fleet.directory + "/died"
        let words = way + [#"note={"item": "a"}"#, #"note={"item": "a"}"#, "die=\(died)", #"note={"item": "b"}"#]
        let run = try await Self.submit(scene, words)
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        let output = try JSONValue(parsing: try await scene.output(of: run)).arrayValue ?? []
        #expect(output.count { $0.stringValue?.hasPrefix("noted") == true } == 3, "\(output)")
        // Equal calls are two calls.
        #expect(Self.notes(scene) == [#"{"item":"a"}"#, #"{"item":"a"}"#, #"{"item":"b"}"#])
        let rows = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE effect = 'once' AND state = 'recorded') AS recorded,
                   count(*) FILTER (WHERE unknown_calls > 0) AS unknown
            FROM chassis.step
            """
        ).rows[0]
        #expect(try rows.int("recorded") == 3)
        #expect(try rows.int("unknown") == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// While people decide there is no process and no slot; afterwards the program is back at its call.
    @Test(.timeLimit(.minutes(5))) func aCallThatWaitsForPeopleStopsTheProgram() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let words = [#"note={"item": "a"}"#, #"note={"item": "big"}"#, #"note={"item": "c"}"#]
        let run = try await Self.submit(
            scene,
            words,
            more: #", approve: [{tools: [note], when: "arguments.item == 'big'"}]"#
        )
        let approval = try await Self.suspended(run, for: "call", scene)
        #expect(approval.request["arguments"] == ["item": "big"])
        #expect(Descendants.of(worker.pid).allSatisfy { !Fleet.read("/proc/\($0)/cmdline").contains("tool_client") })
        #expect(Self.notes(scene) == [#"{"item":"a"}"#])
        try await scene.decide(approval, .approved, with: ["item": "small"])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(Self.notes(scene) == [#"{"item":"a"}"#, #"{"item":"small"}"#, #"{"item":"c"}"#])
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// A call with the effect once that a worker died in is put before a person, who says that it happened.
    @Test(.timeLimit(.minutes(5))) func aCallThatMayHaveHappenedIsAskedAbout() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await Self.submit(scene, [#"note={"item": "a"}"#], then: "kill -9 \(first.pid); sleep 300")
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        let approval = try await Self.suspended(run, for: "effect", scene)
        try await scene.decide(approval, .happened, with: "it was noted")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try await scene.output(of: run).contains("it was noted"))
        #expect(Self.notes(scene) == [#"{"item":"a"}"#])
        await second.killAndWait()
        await scene.close()
    }

    /// A program of a worker that drains reaches its tools, also on a new connection: its call is the boundary it is waited for.
    @Test(.timeLimit(.minutes(5))) func aCallBehindTheRequestToStopReleasesTheJob() async throws {
        let scene = try await GatewayScene.make()
        let gate = scene.fleet.directory + "/gate"
        let first = scene.worker("first")
        let run = try await Self.submit(scene, [#"note={"item": "a"}"#, "wait=\(gate)", #"note={"item": "b"}"#])
        while access(gate + ".here", F_OK) != 0 { _ = try await scene.fleet.pool.query("SELECT pg_sleep(0.02)") }
        first.signal(SIGTERM)
        _ = try await scene.fleet.wait(
            for: run,
            until: "SELECT FROM chassis.session WHERE draining_at IS NOT NULL AND $1::bigint IS NOT NULL"
        )
        Fleet.write("", to: gate)
        #expect(await first.ended() == .exited(0), "\(first.output)")
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(Self.notes(scene) == [#"{"item":"a"}"#, #"{"item":"b"}"#])
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await second.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func callsTheToolsOfServers() async throws {
        let scene = try await GatewayScene.make()
        let file = scene.fleet.directory + "/connections.yaml"
        let server = "\(Fleet.repository)/Tests/Servers/mcp_server.py"
        Fleet.write(Fleet.read(file) + "\n  things: {kind: mcp, command: [python3, \"\(server)\"]}\n", to: file)
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "server",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/tool_client.py", #"add={"a": 1, "b": 2}"#],
            connections: "[]",
            more: ", tools: [{mcp: {connection: things, allow: [add]}}]"
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let output = try JSONValue(parsing: try await scene.output(of: run))
        #expect(output[0]?.arrayValue?.contains("add") == true && output[1] == "3", "\(output.text())")
        await worker.killAndWait()
        await scene.close()
    }

    /// A worker dies between a call of a server's tool with the effect once and its record: the policy that the server has says what follows.
    @Test(.timeLimit(.minutes(5)), arguments: [("fail", "failed"), ("retry", "succeeded")])
    func aServersPolicyHoldsForItsCallsOfUnknownOutcome(_ policy: String, _ end: String) async throws {
        let scene = try await GatewayScene.make()
        let file = scene.fleet.directory + "/connections.yaml"
        let server = "\(Fleet.repository)/Tests/Servers/mcp_server.py"
        Fleet.write(Fleet.read(file) + "\n  things: {kind: mcp, command: [python3, \"\(server)\"]}\n", to: file)
        // The first answer is the listing.
        let first = scene.worker("first", failpoint: "after-answer:2")
        let run = try await scene.submit(
            "server",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/tool_client.py", #"add={"a": 1, "b": 2}"#],
            connections: "[]",
            more: ", tools: [{mcp: {connection: things, allow: [add], effect: once, unknown: \(policy)}}]"
        )
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == end, "\(second.output)")
        #expect(try await ApprovalStore(scene.fleet.pool).approvals(run: run).isEmpty)
        await second.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func refusesWhatAProgramShouldNotDo() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await Self.submit(scene, ["rude"])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))[1]
        #expect(
            said == [401, 401, 400, 405, 404, 202, "chassis: there is no tool nothing; there are note", 200],
            "\(said?.text() ?? "")"
        )
        #expect(Self.notes(scene).isEmpty)
        await worker.killAndWait()
        await scene.close()
    }

    /// Clients of Java ask for HTTP/2 in each request; behind one that does, nothing more is read from a connection.
    @Test(.timeLimit(.minutes(5))) func answersWhoeverWouldRatherSpeakHTTP2() async throws {
        let said = try await Self.said("upgrade")
        #expect(said == [[200, true], [200, true]], "\(said?.text() ?? "")")
    }

    /// Whoever has no token is refused before anything of the body is read, which may be large.
    @Test(.timeLimit(.minutes(5))) func readsNothingOfWhoeverMayNotAsk() async throws {
        #expect(try await Self.said("judge") == 401)
    }

    /// What came of one word for the client.
    private static func said(_ word: String) async throws -> JSONValue? {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await submit(scene, [word])
        _ = try await scene.fleet.end(of: run)
        let said = try JSONValue(parsing: try await scene.output(of: run))[1]
        await worker.killAndWait()
        await scene.close()
        return said
    }
}
