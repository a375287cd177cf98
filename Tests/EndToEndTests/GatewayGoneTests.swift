import Glibc
import JobModel
import Postgres
import TestSupport
import Testing

/// A client that goes while its request waits for calls of an earlier attempt, and asks again.
@Suite(.serialized) struct GatewayGoneTests {
    /// What was recorded is served to whoever is still there, and is neither paid nor done again.
    @Test(.timeLimit(.minutes(5)), arguments: ["call", "step"])
    func servesNothingToAClientThatHasGone(_ what: String) async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("rude", from: 2)
        let first = scene.worker("first")
        let file = scene.fleet.directory + "/done"
        let words = ["gone", "hello [run:rude turns:1]", "http://127.0.0.1:\(scene.port)", file, what]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        let calls = what == "call" ? 2 : 1
        await scene.untilCalled("rude", calls)
        await first.killAndWait()
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(
            try JSONValue(parsing: try await scene.output(of: run)) == [what == "call" ? "exact" : "done", "exact"]
        )
        #expect(try await scene.bill(of: "rude").count == calls)
        #expect(try await scene.openCalls(of: run) == 0)
        await second.killAndWait()
        await scene.close()
    }

    /// What is not recorded is asked for a client alone: the provider is left when that goes, and not when it answers at last.
    @Test(.timeLimit(.minutes(5)), arguments: ["responses/r1?stream=true", "models"])
    func theProviderIsNotKeptAskingForAClientThatHasGone(_ path: String) async throws {
        let scene = try await GatewayScene.make()
        let silent = ChildProcess(["python3", "\(Fleet.repository)/Tests/Servers/silent_provider.py"])
        let line = await silent.line { $0.hasPrefix("port ") }
        let port = try #require(line.flatMap { Int($0.dropFirst(5)) })
        let file = scene.fleet.directory + "/connections.yaml"
        let patience = "first_byte: 10m, stall: 10m"
        Fleet.write(
            Fleet.read(file)
                + "\n  silent: {kind: openai-responses, url: \"http://127.0.0.1:\(port)/v1\", \(patience)}\n",
            to: file
        )
        let worker = scene.worker("worker")
        let (asked, left) = (scene.fleet.directory + "/asked", scene.fleet.directory + "/left")
        let run = try await scene.submit(
            "rude",
            run: RudeOutcome.program(["unanswered", "hello", "/silent/v1/\(path)", asked, left]),
            connections: "[silent]"
        )
        #expect(await silent.line { $0.hasPrefix("asked ") } == "asked /v1/\(path)", "\(worker.output)")
        Fleet.write("", to: asked)
        #expect(await silent.line { $0.hasPrefix("left ") } == "left /v1/\(path)", "\(worker.output)")
        Fleet.write("", to: left)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        await worker.killAndWait()
        silent.signal(SIGTERM)
        _ = await silent.ended()
        await scene.close()
    }
}
