import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs that are code of a worker's own, with workers that are killed, stopped and not able to run them.
@Suite(.serialized) struct CodeWorkerTests {
    private static let scenarios: [JSONValue] = [
        ["name": "word", "match": ["text": "say a word"], "turns": [["text": "blue"]]],
        [
            "name": "items",
            "turns": [["calls": [["name": "note", "arguments": ["item": "one"]]]], ["text": "all done"]],
        ],
    ]
    private static let arguments = ["--poison-limit", "100"]

    private static func notes(_ fleet: Fleet) -> String { fleet.directory + "/notes" }

    /// What the code did, without idempotency keys.
    private static func done(_ fleet: Fleet) -> [String] {
        lines(fleet).map { line in
            line.split(separator: " ").filter { !$0.hasPrefix("chassis-") }.joined(separator: " ")
        }
    }

    private static func lines(_ fleet: Fleet) -> [String] {
        Fleet.read(notes(fleet)).split(separator: "\n").map(String.init)
    }

    private static func worker(
        _ name: String,
        on fleet: Fleet,
        failpoint: String? = nil,
        arguments: [String] = arguments
    ) -> ChildProcess {
        fleet.worker(
            name,
            failpoint: failpoint,
            arguments: arguments,
            program: "chassis-code-worker",
            adding: ["CHASSIS_TEST_NOTES": notes(fleet)]
        )
    }

    private static func submit(_ handler: String, on fleet: Fleet, once: Bool = false) async throws -> RunID {
        let source = """
            name: code
            jobs:
              work:
                handler:
                  name: \(handler)
                  input: {notes: \(notes(fleet)), tag: code, once: \(once)}
                retry: {attempts: 3, delay: 250ms}
            """
        return try await fleet.submit(
            "code",
            source,
            [.init(name: "work", kind: "handler", queue: "default;handler=\(handler)")]
        )
    }

    private static func isSuspended(_ run: RunID, on fleet: Fleet, for reason: String) async throws -> Approval {
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting JOIN chassis.approval USING (job_id)
                WHERE waiting.run_id = $1::bigint AND waiting.reason = 'suspended' AND approval.state = 'open'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        let open = try await ApprovalStore(fleet.pool).approvals(isOpen: true, run: run)
        #expect(open.map(\.kind.rawValue) == [reason])
        return try #require(open.first)
    }

    private static func decide(
        _ approval: Approval,
        _ verdict: ApprovalVerdict,
        result: JSONValue? = nil,
        on fleet: Fleet
    ) async throws {
        _ = try await ApprovalStore(fleet.pool).decide(
            approval.id,
            of: approval.jobID,
            .init(
                actor: "ann",
                verdict: verdict,
                digest: ApprovalDigest.of(approval.kind, approval.request, with: approval.proposal),
                proposal: result.map { ($0, ApprovalDigest.of(approval.kind, approval.request, with: $0)) }
            )
        )
        try await Notifications.sendReady(["default;handler=score"], on: fleet.pool)
    }

    private static func output(of run: RunID, on fleet: Fleet) async throws -> JSONValue {
        let row = try await fleet.wait(
            for: run,
            until: "SELECT output::text AS output, attempt FROM chassis.done WHERE run_id = $1::bigint"
        )
        return try JSONValue(parsing: try row.string("output"))
    }

    @Test(.timeLimit(.minutes(3))) func aHandlerCatchesWhatItsStepSaysNeverHappened() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("unpaid", on: fleet)
        let worker = Self.worker("worker", on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await Self.output(of: run, on: fleet) == "the account has too little, true, attempt 1")
        await worker.killAndWait()
    }

    @Test(.timeLimit(.minutes(3))) func aHandlerThatAsksWithAFormNobodyCanFillInIsTold() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("unanswerable", on: fleet)
        let worker = Self.worker("worker", on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await Self.output(of: run, on: fleet) == "form-invalid")
        await worker.killAndWait()
    }

    /// The second agent finds the files of the first, is told that its name is taken, and writes another; a worker dies in
    /// between, and the job's artifacts are the files of both.
    @Test(.timeLimit(.minutes(3))) func agentsOfAHandlerShareTheirFiles() async throws {
        func write(_ path: String, _ content: String, as result: String) -> JSONValue {
            [
                "as": .string(result), "name": "write_files",
                "arguments": ["path": .string(path), "content": .string(content)],
            ]
        }
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "first", "match": ["text": "the first author"],
                "turns": [
                    ["calls": [write("out", "one", as: "out"), write("both", "one", as: "both")]],
                    ["text": "done"],
                ],
            ],
            [
                "name": "second", "match": ["text": "the second author"],
                "turns": [
                    ["calls": [write("out/x", "two", as: "below"), write("both", "two", as: "both")]],
                    ["calls": [["as": "out", "name": "read_files", "arguments": ["path": "out"]]]],
                    ["text": "{{out}}; {{below}}"],
                ],
            ],
        ])
        let run = try await Self.submit("authors", on: fleet)
        let first = Self.worker("first", on: fleet, failpoint: "after-settlement:agent#1/t0002")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let last = Self.worker("last", on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded", "\(last.output)")
        let output = try await Self.output(of: run, on: fleet)
        #expect(output == ["done", "one; out is there, and a name is either a file or a folder"])
        let found = ChildProcess([
            "sh", "-c", "cd \(fleet.directory)/store/runs/\(run)/*/artifacts/000002 && grep -r '' . | sort",
        ])
        _ = await found.line { _ in false }
        #expect(found.output.split(separator: "\n") == ["./both:two", "./out:one"], "\(found.output)")
        #expect(try fleet.bill(of: "code").billed == 5)
        await last.killAndWait()
        await fleet.close()
    }

    /// Workers die with the answer of each step, and after it was recorded: what was recorded is neither done nor paid for
    /// again, the sleep and the approval are waited for without a worker, and one of them ends the job.
    @Test(.timeLimit(.minutes(3))) func killsCostWhatTheyMust() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let scheduler = await fleet.scheduler(arguments: Self.arguments)
        let run = try await Self.submit("score", on: fleet)
        let steps = [
            "fetch#1", "charge#1", "model#1/t0001", "page#2", "agent#1/t0001", "agent#1/t0001.1", "agent#1/t0002",
        ]
        for step in steps {
            for place in ["after-answer", "after-settlement"] {
                let worker = Self.worker("\(place) \(step)", on: fleet, failpoint: "\(place):\(step)")
                #expect(await worker.ended() == .signalled(SIGKILL), "\(place) \(step): \(worker.output)")
            }
        }
        let sleeper = Self.worker("sleeper", on: fleet, failpoint: "after-settlement:nap#1")
        #expect(await sleeper.ended() == .signalled(SIGKILL), "\(sleeper.output)")
        let asker = Self.worker("asker", on: fleet)
        let asked = try await Self.isSuspended(run, on: fleet, for: "gate")
        #expect(asked.position == "publish#1" && asked.request["show"]?["sides"] == "lr", "\(asker.output)")
        await asker.killAndWait()
        try await Self.decide(asked, .approved, on: fleet)
        for failpoint in ["after-answer:announce#1", "after-settlement:announce#1", "before-end"] {
            let worker = Self.worker(failpoint, on: fleet, failpoint: failpoint)
            #expect(await worker.ended() == .signalled(SIGKILL), "\(failpoint): \(worker.output)")
        }
        let last = Self.worker("last", on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded", "\(last.output)")
        let output = try await Self.output(of: run, on: fleet)
        #expect(output["word"] == "blue" && output["report"] == "all done" && output["charged"] == 42)
        #expect(output["pages"] == ["page 1", "page 2"] && output["publishedBy"] == ["ann"])

        // Once too often for each kill between the answer and its record, and never else.
        let done = Self.done(fleet)
        let times = ["fetch", "charge", "page 1", "page 2", "note one", "announce"].map { line in
            done.filter { $0 == line }.count
        }
        #expect(times == [2, 2, 1, 2, 2, 2] && done.count == 11, "\(done)")
        let keys = Set(Self.lines(fleet).filter { $0.hasPrefix("charge") || $0.hasPrefix("note") })
        #expect(keys.count == 2, "each keeps its key: \(keys)")
        let bill = try fleet.bill(of: "code")
        #expect(bill.billedByTurn == [1: 4, 2: 2], "two first turns and one second, each killed once with its answer")
        #expect(try await ApprovalStore(fleet.pool).approvals(run: run).count == 1)
        #expect(
            try await fleet.number(
                "SELECT count(*)::int AS n FROM chassis.step JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint AND state = 'started'",
                of: run
            ) == 0
        )
        await last.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// A step that must not happen twice: the job waits until a person says what happened.
    @Test(.timeLimit(.minutes(5))) func aStepWhoseOutcomeIsUnknownIsResolved() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("score", on: fleet, once: true)
        let first = Self.worker("first", on: fleet, failpoint: "after-answer:charge#1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let second = Self.worker("second", on: fleet)
        let question = try await Self.isSuspended(run, on: fleet, for: "effect")
        #expect(question.position == "charge#1", "\(second.output)")
        let result: JSONValue = ["customer": "ann", "amount": 43, "at": "2026-01-02T03:04:05Z"]
        try await Self.decide(question, .happened, result: result, on: fleet)
        try await Self.decide(try await Self.isSuspended(run, on: fleet, for: "gate"), .approved, on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try await Self.output(of: run, on: fleet)["charged"] == 43)
        #expect(Self.done(fleet).filter { $0 == "charge" }.count == 1)
        await second.killAndWait()
        await fleet.close()
    }

    /// A worker that is asked to stop gives the job back at the next step; another one goes on there, in the same attempt.
    @Test(.timeLimit(.minutes(5))) func aDrainGivesTheJobBackAtTheNextStep() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("hold", on: fleet)
        let first = Self.worker("first", on: fleet)
        while Self.done(fleet).count < 2 { _ = try await fleet.pool.query("SELECT pg_sleep(0.02)") }
        first.signal(SIGTERM)
        _ = await first.line { $0.contains("draining") }
        Fleet.write("", to: Self.notes(fleet) + ".go")
        #expect(await first.ended() == .exited(0), "\(first.output)")
        #expect(Self.done(fleet) == ["first", "second"])
        let second = Self.worker("second", on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(Self.done(fleet) == ["first", "second", "third"])
        #expect(try await Self.output(of: run, on: fleet) == 1)
        await second.killAndWait()
        await fleet.close()
    }

    /// The task of a handler is cancelled with its run, in the middle of a step.
    @Test(.timeLimit(.minutes(5))) func aCancelledRunCancelsItsHandler() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let scheduler = await fleet.scheduler()
        let run = try await Self.submit("hold", on: fleet)
        let worker = Self.worker("worker", on: fleet)
        while Self.done(fleet).count < 2 { _ = try await fleet.pool.query("SELECT pg_sleep(0.02)") }
        let answer = await fleet.chassis(["cancel", "\(run)"], at: scheduler)
        #expect(try await fleet.end(of: run) == "cancelled", "\(answer)")
        #expect(Self.done(fleet) == ["first", "second", "cancelled"])
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// Given back, a job whose code says that it was cancelled would begin again at once, and never end.
    @Test(.timeLimit(.minutes(5))) func codeThatCancelsItselfHasFailed() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("cancelled", on: fleet)
        let worker = Self.worker("worker", on: fleet)
        #expect(try await fleet.end(of: run) == "failed")
        #expect(try await fleet.error(of: run).contains("it cancelled itself"))
        #expect(Self.done(fleet) == ["cancelled", "cancelled", "cancelled"])
        await worker.killAndWait()
        await fleet.close()
    }

    /// A name that two tasks use at once is refused, in the first attempt and for good.
    @Test(.timeLimit(.minutes(5))) func stepsThatCannotBeToldApartAreRefused() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let run = try await Self.submit("confused", on: fleet)
        let worker = Self.worker("worker", on: fleet)
        #expect(try await fleet.end(of: run) == "failed")
        let error = try await fleet.error(of: run)
        #expect(error.contains("steps-ambiguous") && error.contains("two steps are named same"), "\(error)")
        await worker.killAndWait()
        await fleet.close()
    }

    /// Workers without the code leave its jobs alone; the worker with it runs these, and no others.
    @Test(.timeLimit(.minutes(5))) func aJobGoesToWorkersThatHaveItsCode() async throws {
        let fleet = try await Fleet.make(scenarios: Self.scenarios)
        let source = """
            name: notes
            jobs:
              work:
                agent: {model: model/scripted, prompt: "go on [run:code]", tools: [{tool: note}]}
            """
        let agent = try await fleet.submit(
            "notes",
            source,
            [.init(name: "work", kind: "agent", queue: "default;tool=note")]
        )
        let handler = try await Self.submit("confused", on: fleet)
        let plain = fleet.worker("plain")
        let command = try await fleet.submit(
            "plain",
            "name: plain\njobs: {work: {command: [\"true\"]}}",
            [.init(name: "work", kind: "command")]
        )
        #expect(try await fleet.end(of: command) == "succeeded", "\(plain.output)")
        #expect(
            try await fleet.number("SELECT count(*)::int AS n FROM chassis.ready WHERE run_id = $1::bigint", of: agent)
                == 1
        )
        await plain.killAndWait()
        let waiting = try await fleet.submit(
            "plain",
            "name: plain\njobs: {work: {command: [\"true\"]}}",
            [.init(name: "work", kind: "command")]
        )
        let worker = Self.worker("worker", on: fleet)
        #expect(try await fleet.end(of: agent) == "succeeded", "\(worker.output)")
        #expect(try await fleet.end(of: handler) == "failed")
        #expect(Self.done(fleet) == ["note one"])
        #expect(
            try await fleet.number(
                "SELECT count(*)::int AS n FROM chassis.ready WHERE run_id = $1::bigint",
                of: waiting
            ) == 1
        )
        await worker.killAndWait()
        await fleet.close()
    }
}
