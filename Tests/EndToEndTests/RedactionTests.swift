import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A secret of a connection that a tool prints reaches nothing that is kept or shown.
@Suite struct RedactionTests {
    private static let secret = "sk-very-secret-0123456789"

    @Test(.timeLimit(.minutes(5))) func aSecretThatAToolPrintsIsKeptNowhere() async throws {
        let call: JSONValue = ["name": "leak", "arguments": [:]]
        let script: JSONValue = [
            "name": "leak", "match": ["text": "go through it"],
            "turns": [
                ["calls": [call]], ["text": .string("it said \(Self.secret)"), "calls": [call]],
                ["text": .string("the key is \(Self.secret)")],
            ],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let connections = Fleet.read(fleet.directory + "/connections.yaml")
        Fleet.write(
            connections
                + "\n  hooks: {kind: http, url: \"http://127.0.0.1:1/\", headers: {Authorization: \(Self.secret)}}\n",
            to: fleet.directory + "/connections.yaml"
        )
        // As it is, in halves that come one after the other, and in base64, to both of its streams.
        let half = Self.secret.prefix(12)
        let rest = Self.secret.dropFirst(12)
        Fleet.write(
            """
            echo \(Self.secret); printf '\(half)'; sleep 0.1; printf '\(rest)'
            echo; printf '\(Self.secret)' | base64; echo \(Self.secret) >&2
            """,
            to: fleet.directory + "/leak.sh"
        )
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go through it [run:agent-test]
                  tools: [{command: {name: leak, run: [sh, \(fleet.directory)/leak.sh], effect: none}}]
              told:
                command: [sh, \(fleet.directory)/leak.sh]
            """
        let worker = fleet.worker("only", arguments: ["--log-level", "trace"])
        let scheduler = await fleet.scheduler()
        let run = try await fleet.submit(
            "agent-test",
            source,
            [.init(name: "work", kind: "agent"), .init(name: "told", kind: "command")]
        )
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        var shown = worker.output + scheduler.output
        for words in [["logs"], ["show", "--json"], ["output"], ["transcript"]] {
            let arguments =
                [words[0], "\(run)"] + words.dropFirst()
                + (["output", "transcript"].contains(words[0]) ? ["work"] : [])
            shown += await fleet.chassis(arguments, at: scheduler)
        }
        #expect(shown.contains("<redacted>"))
        let dump = ChildProcess(["pg_dump", "--data-only", "--dbname", fleet.conninfo])
        _ = await dump.line { _ in false }
        #expect(dump.output.contains("<redacted>"), "nothing was dumped: \(dump.output.prefix(300))")
        let store = ChildProcess(["grep", "-r", "-a", "-c", "", fleet.directory + "/store"])
        _ = await store.line { _ in false }
        #expect(!store.output.isEmpty)
        let found = ChildProcess([
            "grep", "-r", "-a", "-l", "-e", Self.secret, "-e", "c2stdmVyeS1zZWNyZXQ", fleet.directory + "/store",
        ])
        _ = await found.line { _ in false }
        #expect(found.output.isEmpty, "\(found.output)")
        for text in [Self.secret, "c2stdmVyeS1zZWNyZXQ"] {
            #expect(!shown.contains(text) && !dump.output.contains(text))
        }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }
}
