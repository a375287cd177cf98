import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A model that calls what does not exist, and with arguments that do not fit: it is told, and the agent goes on.
@Suite struct BadModelTests {
    @Test(.timeLimit(.minutes(5))) func isToldWhatIsWrongWithItsCalls() async throws {
        let script: JSONValue = [
            "name": "bad", "match": ["text": "go through it"],
            "turns": [
                ["calls": [["name": "no_such_tool", "arguments": ["item": "1"]]]],
                ["calls": [["name": "note", "arguments_text": "{no JSON"]]],
                ["calls": [["name": "note", "arguments": ["item": 7]]]],
                ["calls": [["name": "note", "arguments": ["item": "good"]]]], ["text": "done"],
            ],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go through it [run:agent-test]
                  tools:
                    - command:
                        name: note
                        run: [sh, -c, "cat >> \(fleet.directory)/notes-agent-test; echo noted"]
                        parameters: {type: object, properties: {item: {type: string}}, required: [item]}
                        effect: once
            """
        let worker = fleet.worker("only")
        let scheduler = await fleet.scheduler()
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try fleet.notes() == ["good"])
        let transcript = await fleet.chassis(["transcript", "\(run)", "work"], at: scheduler)
        for words in ["there is no tool no_such_tool; there are note", "the arguments are no JSON", "item"] {
            #expect(transcript.contains(words), "\(transcript)")
        }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }
}
