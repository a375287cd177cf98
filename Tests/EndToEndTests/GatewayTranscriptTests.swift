import Glibc
import JobModel
import TestSupport
import Testing

/// What a person sees of a program that knows nothing of the machine: its calls, tools and steps, in their order.
@Suite(.serialized) struct GatewayTranscriptTests {
    /// What an attempt was served, and what drifted, is told beside the call.
    @Test(.timeLimit(.minutes(5))) func saysWhatWasServed() async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        await scene.hold("served", from: 3)
        let run = try await scene.submit(
            "served",
            run: GatewayScene.agent("chat", tag: "served", turns: 3, options: ["drift"])
        )
        await scene.untilCalled("served", 3)
        if let program = scene.program(of: worker, tag: "served") { kill(program, SIGKILL) }
        await scene.hold("served", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = await scene.fleet.chassis(["transcript", "\(run)"], at: scheduler)
        let heads = said.split(separator: "\n").filter { $0.hasPrefix("gateway/fake#") }.map(String.init)
        #expect(heads.count == 3, "\(said)")
        #expect(heads.first?.hasSuffix("live in epoch 1, served in epoch 2") == true, "\(said)")
        for head in heads.dropFirst() {
            #expect(head.hasSuffix("live in epoch 1, served drifted in epoch 2"), "\(said)")
        }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("chat", []), ("chat", ["stream"]), ("responses", ["stream"]), ("messages", []), ("messages", ["stream"]),
            ("gemini", ["stream"]),
        ] as [(String, [String])]
    ) func showsWhatAProgramAskedAndWasAnswered(_ format: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let agent = GatewayScene.agent(format, tag: "told", turns: 3, options: options).map { "'\($0)'" }
        let step = "\(Programs.path("chassis")) step charge -- echo charged"
        let tool = "python3 \(Fleet.repository)/Tests/Servers/tool_client.py 'note={}'"
        let run = try await scene.submit(
            "told",
            run: ["bash", "-c", "set -e; \(step); \(agent.joined(separator: " ")); \(tool)"],
            more: ", tools: [{command: {name: note, run: [echo, by the tool], effect: once}}]"
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = await scene.fleet.chassis(["transcript", "\(run)"], at: scheduler)
        let lines = said.split(separator: "\n").map(String.init)
        // Each in its place, and nothing twice.
        let connection = ["messages": "claude", "gemini": "gem"][format] ?? "fake"
        let expected = [
            "gateway/step/charge#1  step charge  live in epoch 1", "charged",
            "gateway/\(connection)#1  model \(connection)", "user: go [run:told", "\"name\": \"note\"",
            "gateway/\(connection)#2  model \(connection)", "noted 1", "\"name\": \"note\"",
            "gateway/\(connection)#3  model \(connection)", "noted 2", "assistant: all done",
            "tool note", "result: by the tool", "command#1",
        ]
        var rest = lines[...]
        for text in expected {
            let place = rest.firstIndex { $0.contains(text) }
            #expect(place != nil, "\(text) in \(said)")
            rest = place.map { rest[($0 + 1)...] } ?? rest
        }
        #expect(lines.count { $0.contains("user: go [run:told") } == 1, "\(said)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }
}
