import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What an agent is shown and leaves: its files become artifacts, and a skill stays what it was when it was loaded.
@Suite struct KeptThingsTests {
    private static func call(_ name: String, _ arguments: JSONValue) -> JSONValue {
        ["name": .string(name), "arguments": arguments]
    }

    private static func source(_ more: String) -> String {
        """
        name: agent-test
        jobs:
          work:
            agent:
              model: model/scripted
              prompt: go through it [run:agent-test]
              \(more)
            retry: {attempts: 3, delay: 100ms}
        """
    }

    /// A worker dies in between; the files of both attempts are artifacts of the job.
    @Test(.timeLimit(.minutes(5))) func filesBecomeArtifacts() async throws {
        let script: JSONValue = [
            "name": "files", "match": ["text": "go through it"],
            "turns": [
                ["calls": [Self.call("write_files", ["path": "notes/a.txt", "content": "first"])]],
                ["calls": [Self.call("write_files", ["path": "b.txt", "content": "second"])]],
                ["text": "done"],
            ],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let source = Self.source("tools: [{files: {}}]")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let first = fleet.worker("first", failpoint: "after-checkpoint:t0001.1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded", "\(second.output)")
        let found = ChildProcess([
            "sh", "-c",
            "cd \(fleet.directory)/store/runs/\(run) && find . -type f | grep artifacts | sort; cat $(find . -type f | grep artifacts | sort)",
        ])
        _ = await found.line { _ in false }
        #expect(found.output.contains("a.txt") && found.output.contains("b.txt"), "\(found.output)")
        #expect(found.output.contains("first") && found.output.contains("second"), "\(found.output)")
        await second.killAndWait()
        await fleet.close()
    }

    /// Of two calls of one turn that would make a name a file and a folder, one is told, and the job goes on.
    @Test(.timeLimit(.minutes(5))) func aNameIsEitherAFileOrAFolderAlsoInOneTurn() async throws {
        let writes: [JSONValue] = (0..<8).map { number in
            let path = number % 2 == 0 ? "notes" : "notes/\(number)"
            return Self.call("write_files", ["path": .string(path), "content": "text"])
        }
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "files", "match": ["text": "go through it"],
                "turns": [["calls": .array(writes)], ["text": "done"]],
            ]
        ])
        let source = Self.source("tools: [{files: {}}]")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let journal = Fleet.read(try await fleet.journal(of: run, epoch: 1))
        #expect(journal.contains("is there, and a name is either a file or a folder"))
        let found = ChildProcess([
            "sh", "-c", "cd \(fleet.directory)/store/runs/\(run)/*/artifacts/000001 && find . -type f | sort",
        ])
        _ = await found.line { _ in false }
        let files = found.output.split(separator: "\n").map(String.init)
        #expect(files == ["./notes"] || files == [1, 3, 5, 7].map { "./notes/\($0)" }, "\(files)")
        await worker.killAndWait()
        await fleet.close()
    }

    /// A worker dies when an agent that is a tool has been recorded as a whole: its files are there in the next attempt.
    @Test(.timeLimit(.minutes(5))) func filesOfAnAgentThatIsAToolAreFoundAgain() async throws {
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "author", "match": ["text": "You are an author"],
                "turns": [
                    ["calls": [Self.call("write_files", ["path": "a.txt", "content": "by the author"])]],
                    ["text": "written"],
                ],
            ],
            [
                "name": "lead", "match": ["text": "go through it"],
                "turns": [
                    ["calls": [Self.call("author", ["task": "write"])]],
                    ["calls": [["as": "read", "name": "read_files", "arguments": ["path": "a.txt"]]]],
                    ["text": "{{read}}"],
                ],
            ],
        ])
        let source = Self.source(
            """
            tools:
                    - files: {}
                    - agent:
                        name: author
                        model: model/scripted
                        instructions: You are an author [run:agent-test]
                        tools: [{files: {}}]
            """
        )
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let first = fleet.worker("first", failpoint: "after-checkpoint:t0001.1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let last = fleet.worker("last")
        #expect(try await fleet.end(of: run) == "succeeded", "\(last.output)")
        #expect(try await RunStore(fleet.pool).outputs(of: run)["work"] == .inline("by the author"))
        #expect(Fleet.read(try await Self.artifact("a.txt", of: run, epoch: 2, fleet)) == "by the author")
        #expect(try fleet.bill().billed == 5)
        await last.killAndWait()
        await fleet.close()
    }

    /// What a person has made of a call is what was written, under the name that the person gave.
    @Test(.timeLimit(.minutes(5))) func aFileIsWhatWasApproved() async throws {
        let script: JSONValue = [
            "name": "files", "match": ["text": "go through it"],
            "turns": [
                ["calls": [Self.call("write_files", ["path": "draft.txt", "content": "a draft"])]], ["text": "done"],
            ],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let source = Self.source("tools: [{files: {}}]\n      approve: [{tools: [write_files]}]")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("only")
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        let approvals = ApprovalStore(fleet.pool)
        let asked = try #require(try await approvals.approvals(isOpen: true, run: run).first, "\(worker.output)")
        let edited: JSONValue = ["path": "final.txt", "content": "as it must be"]
        _ = try await approvals.decide(
            asked.id,
            of: asked.jobID,
            .init(
                actor: "ann",
                verdict: .approved,
                digest: ApprovalDigest.of(asked.kind, asked.request, with: asked.proposal),
                proposal: (edited, ApprovalDigest.of(asked.kind, asked.request, with: edited))
            )
        )
        try await Notifications.sendReady(["default"], on: fleet.pool)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let epoch = try await fleet.number("SELECT epoch AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
        let final = try await Self.artifact("final.txt", of: run, epoch: epoch, fleet)
        #expect(Fleet.read(final) == "as it must be")
        #expect(Fleet.read(try await Self.artifact("draft.txt", of: run, epoch: epoch, fleet)) == "")
        await worker.killAndWait()
        await fleet.close()
    }

    private static func artifact(_ name: String, of run: RunID, epoch: Int, _ fleet: Fleet) async throws -> String {
        let journal = try await fleet.journal(of: run, epoch: epoch)
        let (folder, file) = (journal.dropLast("/000001.journal".count), journal.suffix("000001.journal".count))
        return "\(folder)/artifacts/\(file.prefix(6))/\(name)"
    }

    /// Somebody edits a skill between two attempts: the second one reads what the first one was shown, and pays nothing again.
    @Test(.timeLimit(.minutes(5))) func aSkillStaysAsItWasLoaded() async throws {
        let script: JSONValue = [
            "name": "skill", "match": ["text": "go through it"],
            "turns": [
                ["calls": [Self.call("load_skill", ["skill": "writing"])]],
                ["calls": [Self.call("note", ["item": "1"])]], ["text": "done"],
            ],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let skills = fleet.directory + "/skills"
        _ = await ChildProcess(["mkdir", "-p", skills + "/writing"]).ended()
        func write(_ text: String) {
            Fleet.write(
                "---\nname: writing\ndescription: How to write.\n---\n\(text)\n",
                to: skills + "/writing/SKILL.md"
            )
        }
        write("Write briefly.")
        let source = Self.source("skills: [writing]\n      tools: [{command: {name: note, run: [cat], effect: none}}]")
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let first = fleet.worker("first", failpoint: "before-send:t0003", arguments: ["--skills", skills])
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        #expect(try fleet.bill().billed == 2)
        write("Write at length. And do something else.")
        let second = fleet.worker("second", arguments: ["--skills", skills])
        #expect(try await fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try fleet.bill().billed == 3)
        let journal =
            Fleet.read(try await fleet.journal(of: run, epoch: 1))
            + Fleet.read(try await fleet.journal(of: run, epoch: 2))
        #expect(journal.contains("Write briefly.") && !journal.contains("at length"))
        await second.killAndWait()
        await fleet.close()
    }
}
