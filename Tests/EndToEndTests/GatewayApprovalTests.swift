import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// People decide about models that programs call, and steps that they do: the program is stopped, and comes back for nothing.
@Suite(.serialized) struct GatewayApprovalTests {
    /// The open question of a run whose job is suspended, with no slot and no process.
    private static func asked(_ run: RunID, _ scene: GatewayScene, by worker: ChildProcess) async throws -> Approval {
        _ = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND waits_for = 'approval' AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        #expect(Descendants.of(worker.pid).allSatisfy { !Fleet.read("/proc/\($0)/cmdline").contains("guard") })
        let open = try await ApprovalStore(scene.fleet.pool).approvals(isOpen: true, run: run)
        return try #require(open.last)
    }

    private static func end(_ scene: GatewayScene, _ worker: ChildProcess) async {
        await worker.killAndWait()
        await scene.close()
    }

    /// From the third call on the job has cost enough to be asked about; what tools return holds the time.
    @Test(.timeLimit(.minutes(5)), arguments: [("chat", "fake"), ("messages", "claude"), ("gemini", "gem")])
    func aCallThatWaitsForPeopleStopsTheProgram(_ format: String, _ connection: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "asks",
            run: GatewayScene.agent(format, tag: "asks", turns: 4, options: ["drift"]),
            more: ", approve: [{models: [\"\(connection)/*\"], usd: 0.0006}]"
        )
        for turn in 3...4 {
            let approval = try await Self.asked(run, scene, by: worker)
            #expect(approval.title == "call \(connection)/fake")
            #expect(try await scene.bill(of: "asks").count == turn - 1)
            try await scene.decide(approval, .approved)
        }
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        #expect(try await scene.bill(of: "asks").map { $0["turn"]?.integerValue } == [1, 2, 3, 4])
        #expect(try await scene.log(of: run).contains("is called as it was approved; what tools returned differs now"))
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        let spent = try await ApprovalStore(scene.fleet.pool).approvals(run: run).map { $0.spentAt != nil }
        #expect(spent == [true, true])
        await Self.end(scene, worker)
    }

    /// A prompt that the provider keeps may name any model.
    @Test(.timeLimit(.minutes(5))) func aRequestThatNamesNoModelIsAskedAboutAsAnyOfItsConnection() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "stored",
            run: GatewayScene.agent("responses", tag: "stored", turns: 1, options: ["stored"]),
            more: ", approve: [{models: [\"fake/dear*\"]}]"
        )
        let approval = try await Self.asked(run, scene, by: worker)
        #expect(approval.title == "call fake/ (the request names no model)")
        #expect(try await scene.bill(of: "stored").isEmpty)
        try await scene.decide(approval, .approved)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "stored").count == 1)
        await Self.end(scene, worker)
    }

    /// A program that ends well before it is stopped, without what it has asked for, is suspended all the same.
    @Test(.timeLimit(.minutes(5)), arguments: ["step", "tool"])
    func aProgramThatEndsBeforeItIsStoppedIsSuspended(_ what: String) async throws {
        let scene = try await GatewayScene.make()
        // The question is being asked until the program has ended.
        let questions = try await HeldQuestions.hold(in: scene.fleet)
        let worker = scene.worker("worker")
        let (file, notes) = (scene.fleet.directory + "/asking", scene.fleet.directory + "/notes")
        let rule = what == "step" ? "{steps: [charge]}" : "{tools: [charge]}"
        let tool = "{command: {name: charge, run: [sh, -c, \"echo charge >> \(notes)\"], effect: once}}"
        let run = try await scene.submit(
            "leaves",
            run: RudeOutcome.program(["leaves", "hello", file, what]),
            more: ", approve: [\(rule)], tools: [\(tool)]"
        )
        try await questions.untilAsked(by: run)
        Fleet.write("", to: file)
        // It has made no call of a model, which is said when it has ended well.
        _ = try await scene.fleet.wait(
            for: run,
            until:
                "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line LIKE 'warning: the program made no call%'"
        )
        try await questions.letGo()
        let approval = try await Self.asked(run, scene, by: worker)
        try await scene.decide(approval, .approved)
        // This time it is answered, and ends when it has what it asked for.
        unlink(file)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains(what))
        if what == "tool" { #expect(Fleet.read(notes) == "charge\n") }
        await Self.end(scene, worker)
    }

    /// What a call has cost counts when its answer is there, however long the database takes to note it.
    @Test(.timeLimit(.minutes(5))) func whatWasPaidCountsForTheNextCall() async throws {
        let scene = try await GatewayScene.make()
        try await scene.beforeSettling("PERFORM pg_sleep(0.5);")
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "slow",
            run: GatewayScene.agent("chat", tag: "slow", turns: 3),
            more: ", approve: [{models: [\"fake/*\"], usd: 0.0006}]"
        )
        let approval = try await Self.asked(run, scene, by: worker)
        #expect(try await scene.bill(of: "slow").count == 2)
        try await scene.decide(approval, .approved)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        await Self.end(scene, worker)
    }

    /// What people put in the place of a request is what is sent; the program's own request finds its answer again.
    @Test(.timeLimit(.minutes(5))) func aChangedCallIsMadeAsItWasChanged() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "changes",
            run: GatewayScene.agent("chat", tag: "changes", turns: 1),
            more: ", approve: [{models: [\"*\"], when: \"arguments.model == 'fake'\"}]"
        )
        let approval = try await Self.asked(run, scene, by: worker)
        var arguments = try #require(approval.request["arguments"]?.objectValue)
        arguments["messages"] = [["role": "user", "content": "go [run:changed turns:1]"]]
        try await scene.decide(approval, .approved, with: .object(arguments))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "changes").isEmpty)
        #expect(try await scene.bill(of: "changed").count == 1)
        await Self.end(scene, worker)
    }

    /// A denied call is an error in the provider's words that no client repeats.
    @Test(.timeLimit(.minutes(5))) func aDeniedCallIsRefused() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/rude_client.py", "denied"],
            more: ", approve: [{models: [\"fake/*\"]}]"
        )
        try await scene.decide(try await Self.asked(run, scene, by: worker), .denied)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["status"] == 403 && said["again"] == "false" && said["code"] == "chassis_denied", "\(said.text())")
        #expect(said["message"]?.stringValue?.contains("denied by ann: it is not due") == true, "\(said.text())")
        #expect(try await scene.bill(of: "rude").isEmpty)
        await Self.end(scene, worker)
    }

    /// Equal calls at once are decided one by one.
    @Test(.timeLimit(.minutes(5))) func equalCallsAreDecidedOneByOne() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/rude_client.py", "parallel",
                "hello [run:rude turns:1 delay:200]",
            ],
            more: ", approve: [{models: [\"fake/*\"]}]"
        )
        var decided = 0
        while decided < 3 {
            _ = try await Self.asked(run, scene, by: worker)
            for approval in try await ApprovalStore(scene.fleet.pool).approvals(isOpen: true, run: run) {
                try await scene.decide(approval, .approved)
                decided += 1
            }
        }
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains(#"{"different": 3}"#))
        #expect(try await scene.bill(of: "rude").count == 3)
        #expect(try await ApprovalStore(scene.fleet.pool).approvals(run: run).count == 3)
        await Self.end(scene, worker)
    }

    /// What was denied stays denied when the equal call beside it is recorded and everything is asked again.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [("call", "models: [\"fake/*\"], usd: 0.0002"), ("step", "steps: [charge]")]
    )
    func aDeniedCallIsNotMadeBesideItsEqual(_ what: String, _ rule: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/both"
        let run = try await scene.submit(
            "rude",
            run: RudeOutcome.program(["two-at-once", "hello [run:rude turns:2]", file, what]),
            more: ", approve: [{\(rule)}]"
        )
        var decided = 0
        while decided < 2 {
            _ = try await Self.asked(run, scene, by: worker)
            for approval in try await ApprovalStore(scene.fleet.pool).approvals(isOpen: true, run: run) {
                try await scene.decide(approval, approval.position.hasSuffix("#1") ? .denied : .approved)
                decided += 1
            }
        }
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["denied", "done"])
        #expect(try await scene.bill(of: "rude").count == (what == "call" ? 2 : 0))
        #expect(Fleet.read(file + ".notes") == (what == "call" ? "" : "charge\n"))
        #expect(try await ApprovalStore(scene.fleet.pool).approvals(run: run).count == 2)
        await Self.end(scene, worker)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [ApprovalVerdict.approved, .denied])
    func aStepThatWaitsForPeopleStopsTheProgram(_ verdict: ApprovalVerdict) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let step = "\(Programs.path("chassis")) step"
        let notes = scene.fleet.directory + "/notes"
        let script = """
            one=$(\(step) fetch -- sh -c 'echo fetch >> \(notes); echo 1')
            two=$(\(step) charge --effect once -- sh -c 'echo charge >> \(notes); echo 2')
            status=$?
            echo "[$one, ${two:-0}, $status]"
            """
        let run = try await scene.submit(
            "steps",
            run: ["bash", "-c", script],
            connections: "[]",
            more: ", steps: true, approve: [{steps: [charge], effect: once, role: boss}]"
        )
        let approval = try await Self.asked(run, scene, by: worker)
        #expect(approval.request["step"] == "charge" && approval.terms.role == "boss")
        #expect(Fleet.read(notes) == "fetch\n")
        try await scene.decide(approval, verdict)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == (verdict == .approved ? "[1, 2, 0]" : "[1, 0, 77]"))
        #expect(Fleet.read(notes) == (verdict == .approved ? "fetch\ncharge\n" : "fetch\n"))
        if verdict == .denied { #expect(try await scene.log(of: run).contains("denied by ann: it is not due")) }
        await Self.end(scene, worker)
    }
}
