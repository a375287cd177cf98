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
}
