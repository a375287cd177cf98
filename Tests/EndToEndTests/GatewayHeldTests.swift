import Glibc
import JobModel
import Postgres
import TestSupport
import Testing

/// Conversations that the provider holds: their programs and workers are killed at every call, and they go on where they were.
@Suite(.serialized) struct GatewayHeldTests {
    private static let turns = 6

    enum Victim: CaseIterable, Sendable { case program, worker }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("previous", ["drift"]), ("previous", ["stream"]), ("conversation", ["drift", "stream"]), ("talk", []),
            ("reads", []), ("session", ["drift"]), ("session", ["stream"]),
        ] as [(String, [String])],
        Victim.allCases
    ) func goesOnWhereItWasKilled(_ how: (String, [String]), _ first: Victim) async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("held", from: 1)
        let run = try await scene.submit(
            "held",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/held_agent.py", how.0,
                "go [run:held turns:\(Self.turns)]",
            ] + how.1
        )
        var worker = scene.worker("worker-0")
        for turn in 1...Self.turns {
            await scene.untilCalled("held", turn, path: "/responses")
            // One at its first call, the other at the second one, and so on.
            if (turn % 2 == 1) == (first == .program) {
                if let program = scene.program(of: worker, tag: "held") { kill(program, SIGKILL) }
            } else {
                let program = scene.program(of: worker, tag: "held")
                await worker.killAndWait()
                // Its gateway goes on with the call, which is held: the program must not wait for that.
                while let program, Descendants.isRunning(program) { await Task.yield() }
                worker = scene.worker("worker-\(turn)")
            }
            await scene.hold("held", from: turn < Self.turns ? turn + 1 : nil)
        }
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        #expect(try await calls(scene).map { $0["turn"]?.integerValue } == Array(1...Int64(Self.turns)))
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["answer"] == "all done")
        if how.0 != "previous" {
            // The one conversation that was begun holds every request and answer once.
            let begun = try await scene.bill(of: "held").filter {
                $0["path"]?.stringValue?.hasSuffix("conversations") == true
            }
            #expect(begun.count == 1)
            let request: JSONValue = how.0 == "talk" || how.0 == "reads" ? "message" : "function_call_output"
            let middle = Array(repeating: [request, "function_call"] as [JSONValue], count: Self.turns - 2).flatMap {
                $0
            }
            #expect(said["items"] == .array(["message", "function_call"] + middle + [request, "message"]))
        }
        // What the program added itself: its requests and the answers, each once.
        let added = try await scene.bill(of: "held").filter { $0["path"]?.stringValue?.hasSuffix("/items") == true }
        #expect(added.count == (how.0 == "session" ? 2 * Self.turns : 0))
        let log = try await scene.log(of: run)
        #expect(log.contains("drifted") == how.1.contains("drift") && !log.contains("diverged"), "\(log)")
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    private func calls(_ scene: GatewayScene) async throws -> [JSONValue] {
        try await scene.bill(of: "held").filter { $0["path"]?.stringValue?.hasSuffix("/responses") == true }
    }
}
