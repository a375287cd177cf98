import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What becomes of a step whose command does not come to an end of its own, and what `chassis step` says of it.
@Suite(.serialized) struct GatewayStepCommandTests {
    private static let step = "\(Programs.path("chassis")) step"

    /// Nothing was done, so nobody is asked, and the step is free.
    @Test(.timeLimit(.minutes(5))) func aCommandThatIsNotStartedHasNotHappened() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let notes = scene.fleet.directory + "/notes"
        let program = scene.fleet.directory + "/charge"
        let script = """
            none=0; forbidden=0; unnamed=0
            \(Self.step) charge --effect once -- \(program) || none=$?
            printf '#!/bin/sh\\necho charge >> \(notes)\\necho 2\\n' > \(program)
            \(Self.step) charge --effect once -- \(program) || forbidden=$?
            \(Self.step) other --effect none -- no-such-program-anywhere || unnamed=$?
            chmod +x \(program)
            [ -e \(notes).killed ] || { touch \(notes).killed; rm \(program); kill -9 $$; }
            echo "[$none, $forbidden, $unnamed, $(\(Self.step) charge --effect once -- \(program))]"
            """
        let run = try await scene.submitSteps(script)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == "[127, 126, 127, 2]")
        #expect(scene.notes == ["charge"])
        let open = try await scene.fleet.number(
            """
            SELECT count(*)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.state IN ('started', 'unknown')
            """,
            of: run
        )
        #expect(open == 0)
        #expect(try await scene.log(of: run).contains("charge was not started: there is no such program"))
        await worker.killAndWait()
        await scene.close()
    }

    /// A script whose step kills the `chassis step` that does it, and that asks for it again.
    private static func killing(_ scene: GatewayScene, _ options: String) -> String {
        let notes = scene.fleet.directory + "/notes"
        let charge =
            "\(step) charge \(options) -- sh -c 'echo $CHASSIS_IDEMPOTENCY_KEY >> \(notes); [ -e \(notes).killed ] || { touch \(notes).killed; kill -9 $PPID; }; echo 2'"
        return """
            x=$(\(charge)) || x=$(\(charge)) || exit $?
            echo "[$x]"
            """
    }

    /// The attempt that did it is told what a later one is: a person says what became of it.
    @Test(.timeLimit(.minutes(5))) func aStepWhoseClientWasKilledIsNotDoneAgainByTheSameAttempt() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submitSteps(Self.killing(scene, "--effect once"))
        let approval = try await scene.asked(run)
        #expect(approval.title == "did charge happen?" && approval.position == "gateway/step/charge#1")
        try await scene.decide(approval, .happened, with: ["output": "20"])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == "[20]")
        #expect(scene.notes.count == 1)
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func aStepWhoseClientWasKilledFailsTheJobWhereNobodyIsAsked() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submitSteps(Self.killing(scene, "--effect once --unknown fail"))
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        #expect(try await scene.fleet.error(of: run).contains("outcome-unknown"))
        #expect(scene.notes.count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// It is the same step, so whoever honours its key sees the same key.
    @Test(.timeLimit(.minutes(5)), arguments: ["--effect idempotent", "--effect once --unknown retry"])
    func aStepWhoseClientWasKilledIsRepeatedInItsPlace(_ options: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submitSteps(Self.killing(scene, options))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == "[2]")
        #expect(scene.notes.count == 2 && Set(scene.notes).count == 1, "\(scene.notes)")
        await worker.killAndWait()
        await scene.close()
    }

    /// What was killed may have done what it was to do, whoever killed it.
    @Test(.timeLimit(.minutes(5))) func aStepWhoseCommandWasKilledIsNotDoneAgain() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let notes = scene.fleet.directory + "/notes"
        let script = """
            x=$(\(Self.step) charge --effect once -- sh -c 'echo charge >> \(notes); kill -9 $$') || exit $?
            echo "[$x]"
            """
        let run = try await scene.submitSteps(script)
        let approval = try await scene.asked(run)
        #expect(approval.title == "did charge happen?" && approval.position == "gateway/step/charge#1")
        let what = approval.request["attempts"]?[0]?["what"]?.stringValue ?? ""
        #expect(what.contains("killed by signal 9"), "\(what)")
        try await scene.decide(approval, .happened, with: ["output": "20"])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == "[20]")
        #expect(scene.notes == ["charge"])
        await worker.killAndWait()
        await scene.close()
    }
}
