import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What else a program does while people are asked whether a step of its own has happened.
@Suite(.serialized) struct GatewayQuestionTests {
    /// The open question of a run that is suspended until somebody has decided.
    private static func asked(_ run: RunID, _ scene: GatewayScene, _ thing: String) async throws -> Approval {
        _ = try await scene.fleet.wait(
            for: run,
            until: PostgresStatement(
                name: nil,
                sql: """
                    SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                    AND waits_for = '\(thing)' AND NOT EXISTS (SELECT FROM chassis.lease)
                    """
            )
        )
        return try #require(try await ApprovalStore(scene.fleet.pool).approvals(isOpen: true, run: run).last)
    }

    private static func submit(_ scene: GatewayScene, _ what: String, more: String = "") async throws -> RunID {
        let directory = scene.fleet.directory
        let program = "\(Fleet.repository)/Tests/Servers/doubtful_steps.py"
        return try await scene.submit(
            what,
            run: ["python3", program, what, directory + "/notes", directory + "/asked"],
            more: more
        )
    }

    /// A client that gives up waiting and asks again asks for the same step: it is not done beside the question.
    @Test(.timeLimit(.minutes(5))) func aStepIsNotDoneBesideTheQuestionAboutIt() async throws {
        let scene = try await GatewayScene.make()
        let questions = try await HeldQuestions.hold(in: scene.fleet)
        let worker = scene.worker("worker")
        let run = try await Self.submit(scene, "impatient")
        try await questions.untilAsked(by: run)
        while access(scene.fleet.directory + "/asked", F_OK) != 0 { await Task.yield() }
        try await questions.letGo()
        try await scene.decide(try await Self.asked(run, scene, "effect"), .happened, with: "it was")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["it was"])
        #expect(Fleet.read(scene.fleet.directory + "/notes") == "charge\n")
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// Two equal steps that are asked for at once, of which one may have happened, are two whether it has or not.
    @Test(.timeLimit(.minutes(5)), arguments: [ApprovalVerdict.notHappened, .happened])
    func equalStepsHaveAPlaceEach(_ verdict: ApprovalVerdict) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await Self.submit(scene, "pair")
        let hasHappened = verdict == .happened
        try await scene.decide(try await Self.asked(run, scene, "effect"), verdict, with: hasHappened ? "it was" : nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(
            try JSONValue(parsing: try await scene.output(of: run)) == [
                ["gateway/step/charge#1", hasHappened ? "done" : "run"], ["gateway/step/charge#2", "run"],
            ]
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// What people decide while the program has not come to its step yet counts for it, as if they had decided before.
    @Test(.timeLimit(.minutes(5)), arguments: [ApprovalVerdict.notHappened, .happened])
    func aDecisionBesideTheProgramCounts(_ verdict: ApprovalVerdict) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await Self.submit(scene, "late")
        let question = try await Self.asked(run, scene, "effect")
        let gate = scene.fleet.directory + "/asked"
        #expect(mkfifo(gate, 0o666) == 0)
        // As when something else was decided that the job waits for too.
        _ = try await QueueStore(scene.fleet.pool).resume([question.jobID])
        try await Notifications.sendReady(["default"], on: scene.fleet.pool)
        _ = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.step JOIN chassis.job USING (job_id)
                WHERE run_id = $1::bigint AND step.position LIKE 'gateway/step/other%' AND step.state = 'recorded'
                """
        )
        let hasHappened = verdict == .happened
        try await scene.decide(question, verdict, with: hasHappened ? "it was" : nil)
        _ = await ChildProcess(["sh", "-c", ": > \(gate)"]).ended()
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [hasHappened ? "it was" : "charged"])
        #expect(Fleet.read(scene.fleet.directory + "/notes") == (hasHappened ? "charge\n" : "charge\ncharge\n"))
        await worker.killAndWait()
        await scene.close()
    }

    /// An approval is for one step: its equal behind it has one of its own, also when nobody but a person knows of the first.
    @Test(.timeLimit(.minutes(5))) func anEqualStepIsNotDoneByTheApprovalOfOneThatHappened() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await Self.submit(scene, "twice", more: ", approve: [{steps: [charge]}]")
        let first = try await Self.asked(run, scene, "approval")
        try await scene.decide(first, .approved)
        try await scene.decide(try await Self.asked(run, scene, "effect"), .happened, with: "it was")
        let second = try await Self.asked(run, scene, "approval")
        #expect(second.position != first.position && second.title == first.title)
        #expect(Fleet.read(scene.fleet.directory + "/notes") == "charge\n")
        try await scene.decide(second, .approved)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["it was", "charged"])
        #expect(Fleet.read(scene.fleet.directory + "/notes") == "charge\ncharge\n")
        await worker.killAndWait()
        await scene.close()
    }

    /// Equal calls at once end in whatever order; a later attempt gets their answers in the order in which they were asked for.
    @Test(.timeLimit(.minutes(5)), arguments: ["[null, \"early\"]", "[\"early\"]"])
    func equalQuestionsAtOnceGetTheirOwnAnswersAgain(_ answers: String) async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("equal", from: 1)
        await scene.script("equal", answers)
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "equal",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/equal_questions.py", "\(scene.port)", "equal",
                scene.fleet.directory + "/seen",
            ],
            connections: "[fake]"
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        let output = try JSONValue(parsing: try await scene.output(of: run))
        #expect(output[0] == output[1] && output[0]?["step 1"] == "result 1", "\(output.text())")
        #expect(try await scene.bill(of: "equal").count == 2)
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// Whoever asks while the result of a client that was killed is being recorded asks for the same step.
    @Test(.timeLimit(.minutes(5)), arguments: ["", " failed"])
    func aStepIsNotDoneBesideTheRecordingOfItsResult(_ more: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submitSteps(
            "exec python3 \(Fleet.repository)/Tests/Servers/hasty_steps.py \(scene.fleet.directory)/notes\(more)"
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        let output = try JSONValue(parsing: try await scene.output(of: run))
        #expect(output == ["done", "gateway/step/charge#1", true], "\(output.text())")
        #expect(scene.notes == ["charge"])
        await worker.killAndWait()
        await scene.close()
    }
}
