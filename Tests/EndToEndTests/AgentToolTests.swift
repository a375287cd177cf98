import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Agents as tools, files, long results and skills, with real workers that die.
@Suite(.serialized) struct AgentToolTests {
    /// What the model says, by who is asked: a lead with two researchers, and files.
    private static let scenarios: [JSONValue] = [
        [
            "name": "researcher", "match": ["text": "You are a researcher"],
            "turns": [
                ["text": "let me note it", "calls": [["name": "note", "arguments": ["item": "sub"]]]],
                ["text": "found"],
            ],
        ],
        [
            "name": "lead",
            "turns": [
                [
                    "calls": [
                        ["name": "researcher", "arguments": ["task": "look for a"]],
                        ["name": "researcher", "arguments": ["task": "look for b"]],
                        ["name": "write_files", "arguments": ["path": "plan.md", "content": "first"]],
                        ["name": "write_files", "arguments": ["path": "plan.md", "content": "second"]],
                        ["name": "write_files", "arguments": ["path": "../plan.md", "content": "out"]],
                    ]
                ],
                [
                    "calls": [
                        ["as": "file", "name": "read_files", "arguments": ["path": "plan.md"]],
                        ["name": "flood", "arguments": [:]],
                        ["name": "load_skill", "arguments": ["skill": "writing"]],
                        [
                            "as": "other", "name": "read_skill_file",
                            "arguments": ["skill": "writing", "path": "../../x"],
                        ],
                    ]
                ],
                [
                    "calls": [
                        ["as": "rest", "name": "read_result", "arguments": ["result": "t0002.2", "offset": 99990]],
                        [
                            "as": "style", "name": "read_skill_file",
                            "arguments": ["skill": "writing", "path": "more/style.md"],
                        ],
                    ]
                ],
                ["text": "done"],
            ],
        ],
    ]

    private func submit(_ fleet: Fleet) async throws -> RunID {
        let notes = fleet.directory + "/notes-agent-test"
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: lead the work [run:agent-test]
                  skills: [writing]
                  tools:
                    - agent:
                        name: researcher
                        model: model/scripted
                        instructions: You are a researcher [run:agent-test]
                        tools:
                          - command: {name: note, run: [sh, -c, "cat >> \(notes); echo noted"], effect: idempotent}
                    - files: {}
                    - command: {name: flood, run: [python3, -c, "print('x' * 99990 + 'the end')"], effect: none}
                retry: {attempts: 30, delay: 0s}
            """
        return try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
    }

    private func fleet() async throws -> (Fleet, [String]) {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let skill = fleet.directory + "/skills/writing"
        for directory in [fleet.directory + "/skills", skill, skill + "/more"] { mkdir(directory, 0o755) }
        Fleet.write("---\nname: writing\ndescription: How we write.\n---\nWrite briefly.\n", to: skill + "/SKILL.md")
        Fleet.write("No adverbs.", to: skill + "/more/style.md")
        return (fleet, ["--skills", fleet.directory + "/skills", "--poison-limit", "100"])
    }

    @Test(.timeLimit(.minutes(5))) func agentsAreStepsOfTheJobAndFilesAndLongResultsAreFoundAgain() async throws {
        let (fleet, arguments) = try await fleet()
        let run = try await submit(fleet)
        // More checkpoints than this stand one behind the other, so each of these workers dies.
        for number in 1...8 {
            let worker = fleet.worker("w\(number)", failpoint: "after-checkpoint:1", arguments: arguments)
            #expect(await worker.ended() == .signalled(SIGKILL))
        }
        let last = fleet.worker("last", arguments: arguments)
        #expect(try await fleet.end(of: run) == "succeeded")
        // Four turns of the lead, and two of each researcher: each is paid once. While one researcher's answer is recorded
        // the other's may be under way; when its worker dies then, it is listed as unknown.
        let unknown = try await fleet.pool.query(
            "SELECT count(*) AS n FROM chassis.step WHERE kind = 'model' AND state = 'unknown'"
        ).rows[0].int("n")
        let billed = try fleet.bill().billed
        #expect((8...(8 + unknown)).contains(billed), "\(billed) billed, \(unknown) unknown")
        let journals = try await Self.journals(of: run, fleet)
        for text in ["t0001.1/t0001.1", "t0001.2/t0002", "the end", "No adverbs.", "Write briefly.", "has no file"] {
            #expect(journals.contains(text), "\(text)")
        }
        #expect(journals.contains(#""position":"t0002.1""#) && journals.contains("second"))
        #expect(journals.contains("is no name of a file"))
        await last.killAndWait()
        await fleet.close()
    }

    /// The first call ends only when the second is recorded: they run at once, and their places are those of the answer.
    @Test(.timeLimit(.minutes(5))) func callsRunAtOnceAndReplayIsTheSameWhicheverEndsFirst() async throws {
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "both",
                "turns": [
                    [
                        "calls": [
                            ["as": "one", "name": "meet", "arguments": ["wait": "died", "make": "first"]],
                            ["as": "two", "name": "meet", "arguments": ["wait": "", "make": "second"]],
                        ]
                    ],
                    ["text": "{{one}} {{two}}"],
                ],
            ]
        ])
        let program = """
            import json, os, sys, time
            a = json.load(sys.stdin)
            while a['wait'] and not os.path.exists('\(fleet.directory)/' + a['wait']): time.sleep(0.01)
            open('\(fleet.directory)/' + a['make'], 'a').write('x')
            print(a['make'], end='')
            """
        Fleet.write(program, to: fleet.directory + "/meet.py")
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: meet [run:agent-test]
                  tools: [{command: {name: meet, run: [python3, \(fleet.directory)/meet.py], effect: idempotent}}]
                retry: {attempts: 5, delay: 0s}
            """
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        // It dies when the turn and one call are recorded: the second, as the first waits for its death.
        let first = fleet.worker("first", failpoint: "after-checkpoint:2")
        #expect(await first.ended() == .signalled(SIGKILL))
        // The call that waits must not see it before its guard has ended it.
        while !Descendants.marked(fleet.directory + "/meet.py").isEmpty { await Task.yield() }
        Fleet.write("", to: fleet.directory + "/died")
        let last = fleet.worker("last")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.bill().billed == 2)
        let output = try await fleet.wait(
            for: run,
            until: "SELECT output::text AS text FROM chassis.done WHERE run_id = $1::bigint"
        ).string("text")
        #expect(output == #""first second""#)
        for call in ["first", "second"] { #expect(Fleet.read(fleet.directory + "/" + call) == "x", "\(call)") }
        await last.killAndWait()
        await fleet.close()
    }

    /// An agent that is a tool comes to its time limit while a call with the effect once is under way: what its caller would
    /// be told of the limit could have it make the call once more.
    @Test(.timeLimit(.minutes(5))) func aTimeLimitHidesNoCallOfUnknownOutcome() async throws {
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "buyer", "match": ["text": "You are a buyer"],
                "turns": [["calls": [["name": "buy", "arguments": [:]]]], ["text": "bought"]],
            ],
            [
                "name": "lead",
                "turns": [["calls": [["name": "buyer", "arguments": ["task": "buy it"]]]], ["text": "done"]],
            ],
        ])
        let bought = fleet.directory + "/bought"
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: see to it [run:agent-test]
                  tools:
                    - agent:
                        name: buyer
                        model: model/scripted
                        instructions: You are a buyer [run:agent-test]
                        limits: {time: 5s}
                        tools:
                          - command: {name: buy, run: [sh, -c, "echo x >> \(bought); exec sleep 600"], effect: once}
                retry: {attempts: 3, delay: 0s}
            """
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("only")
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'effect'
                UNION ALL SELECT FROM chassis.done WHERE run_id = $1::bigint
                """
        )
        let approvals = ApprovalStore(fleet.pool)
        let question = try #require(try await approvals.approvals(isOpen: true, run: run).first, "\(worker.output)")
        #expect(question.kind == .effect && question.position == "t0001.1/t0001.1")
        #expect(Fleet.read(bought) == "x\n")
        let saying = ApprovalStore.Saying(
            actor: "ann",
            verdict: .happened,
            digest: ApprovalDigest.of(.effect, question.request),
            proposal: ("it is here", ApprovalDigest.of(.effect, question.request, with: "it is here"))
        )
        #expect(try await approvals.decide(question.id, of: question.jobID, saying)?.state == .happened)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(Fleet.read(bought) == "x\n")
        #expect(try fleet.bill().billed == 4)
        await worker.killAndWait()
        await fleet.close()
    }

    /// Arguments that are read and could not be recorded were paid for by every attempt.
    @Test(.timeLimit(.minutes(5))) func argumentsThatAreNestedTooDeepAreRecorded() async throws {
        var deep: JSONValue = []
        for _ in 1..<125 { deep = [deep] }
        let fleet = try await Fleet.make(scenarios: [
            ["name": "deep", "turns": [["calls": [["name": "note", "arguments": ["item": deep]]]], ["text": "done"]]]
        ])
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go deep [run:agent-test]
                  tools: [{command: {name: note, run: [cat], effect: none}}]
                retry: {attempts: 3, delay: 0s}
            """
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let first = fleet.worker("first", failpoint: "after-checkpoint:t0001")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let last = fleet.worker("last")
        #expect(try await fleet.end(of: run) == "succeeded", "\(last.output)")
        #expect(try fleet.bill().billed == 2)
        await last.killAndWait()
        await fleet.close()
    }

    private static func journals(of run: RunID, _ fleet: Fleet) async throws -> String {
        var text = ""
        for epoch in 1...60 {
            text += Fleet.read(try await fleet.journal(of: run, epoch: epoch))
        }
        return text
    }
}
