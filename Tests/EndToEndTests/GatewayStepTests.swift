import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Steps that programs name themselves, in a shell, and what is kept of long conversations.
@Suite(.serialized) struct GatewayStepTests {
    /// A script of three steps; the second kills its own worker the first time.
    private func script(_ scene: GatewayScene, effect: String) -> String {
        let step = "\(Programs.path("chassis")) step"
        let notes = scene.fleet.directory + "/notes"
        return """
            set -e
            one=$(\(step) fetch -- sh -c 'echo fetch >> \(notes); echo 1')
            two=$(\(step) charge --effect \(effect) -- sh -c 'echo charge >> \(notes); [ -e \(notes).killed ] || { touch \(notes).killed; kill -9 '$WORKER'; sleep 300; }; echo 2')
            three=$(\(step) fetch -- sh -c 'echo fetch >> \(notes); echo 1')
            echo "[$one, $two, $three]"
            """
    }

    private func submit(_ scene: GatewayScene, effect: String, worker: ChildProcess) async throws -> RunID {
        try await scene.submitSteps("WORKER=\(worker.pid)\n" + script(scene, effect: effect))
    }

    @Test(.timeLimit(.minutes(5))) func repeatsOnlyTheStepThatWasUnderWay() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await submit(scene, effect: "idempotent", worker: first)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        #expect(try await scene.output(of: run) == "[1, 2, 1]")
        // Equal steps are two steps: the third has been run once too.
        #expect(scene.notes == ["fetch", "charge", "charge", "fetch"])
        await second.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func leavesAStepToAPersonThatMayHaveHappened() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await submit(scene, effect: "once --unknown fail", worker: first)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        // Of its 90 attempts it takes none in vain.
        #expect(try await scene.fleet.end(of: run) == "failed")
        let ending = try await scene.fleet.pool.query(
            "SELECT attempt, error->>'code' AS code, error->>'message' AS message FROM chassis.done"
        ).rows[0]
        #expect(try ending.int("attempt") == 2)
        #expect(try ending.string("code") == "outcome-unknown")
        #expect(try ending.string("message").contains("chassis retry \(run) --repeat-unknown"))
        #expect(scene.notes == ["fetch", "charge"])
        // A person has seen that it did not happen.
        _ = try await RunStore(scene.fleet.pool).retry(run, repeatingUnknown: true)
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        #expect(try await scene.output(of: run) == "[1, 2, 1]")
        #expect(scene.notes == ["fetch", "charge", "charge", "fetch"])
        await second.killAndWait()
        await scene.close()
    }

    /// The settlement of a step that failed is executed once more when the step has been begun again, as one is whose connection was lost:
    /// it settles nothing, and the step that was killed in the middle may have happened.
    @Test(.timeLimit(.minutes(5))) func aSettlementThatComesLateSettlesNoLaterStep() async throws {
        let scene = try await GatewayScene.make()
        for sql in Self.lateSettlements {
            _ = try await scene.fleet.pool.query(PostgresStatement(name: nil, sql: sql))
        }
        let first = scene.worker("first")
        let notes = scene.fleet.directory + "/notes"
        let script = """
            charge() {
                \(Programs.path("chassis")) step charge --effect once --unknown fail -- sh -c 'echo charge >> \(notes); [ $(wc -l < \(notes)) -gt 1 ] || exit 1; [ -e \(notes).killed ] || { touch \(notes).killed; kill -9 \(first.pid); sleep 300; }; echo 2'
            }
            charge || charge
            """
        let run = try await scene.submitSteps(script)
        #expect(await first.ended() == .signalled(SIGKILL))
        let late = try await scene.fleet.pool.query("SELECT is_called AS said FROM chassis.late").rows[0]
        #expect(try late.bool("said"))
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "failed", "\(second.output)")
        #expect(try await scene.fleet.error(of: run).contains("outcome-unknown"))
        #expect(scene.notes == ["charge", "charge"])
        await second.killAndWait()
        await scene.close()
    }

    /// Has all settlements said once more as soon as a step that failed is begun again.
    private static let lateSettlements = [
        "CREATE SCHEMA aside", "ALTER FUNCTION chassis.settle_calls SET SCHEMA aside",
        "CREATE SEQUENCE chassis.late",
        """
        CREATE TABLE chassis.said
            (a bigint, b bigint, c text[], d text[], e text[], f bigint[], g smallint[], h text[], i integer[], j timestamptz)
        """,
        """
        CREATE FUNCTION chassis.settle_calls
            (a bigint, b bigint, c text[], d text[], e text[], f bigint[], g smallint[], h text[], i integer[], j timestamptz)
        RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO chassis.said VALUES (a, b, c, d, e, f, g, h, i, j);
            PERFORM aside.settle_calls(a, b, c, d, e, f, g, h, i, j);
        END $$
        """,
        """
        CREATE FUNCTION chassis.say_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM nextval('chassis.late'), aside.settle_calls(a, b, c, d, e, f, g, h, i, j) FROM chassis.said;
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER say_again AFTER UPDATE ON chassis.step FOR EACH ROW
        WHEN (OLD.state = 'failed' AND NEW.state = 'started') EXECUTE FUNCTION chassis.say_again()
        """,
    ]

    enum Decision: CaseIterable { case happened, notHappened, failed }

    /// A step that may have happened stops the program: a person says what became of it, as of a tool's call.
    @Test(.timeLimit(.minutes(5)), arguments: Decision.allCases)
    func asksAPersonAboutAStepThatMayHaveHappened(_ decision: Decision) async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await submit(scene, effect: "once", worker: first)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        let approval = try await scene.asked(run)
        #expect(approval.title == "did charge happen?" && approval.position == "gateway/step/charge#1")
        #expect(approval.request["attempts"]?.arrayValue?.count == 1 && approval.request["effect"] == "once")
        switch decision {
        case .happened: try await scene.decide(approval, .happened, with: ["output": "20"])
        case .notHappened: try await scene.decide(approval, .notHappened)
        case .failed: try await scene.decide(approval, .failed)
        }
        #expect(try await scene.fleet.end(of: run) == (decision == .failed ? "failed" : "succeeded"))
        let output = try await scene.output(of: run)
        switch decision {
        case .happened:
            #expect(output == "[1, 20, 1]")
            #expect(scene.notes == ["fetch", "charge", "fetch"])
            #expect(try await scene.openCalls(of: run) == 0)
            #expect(try await scene.log(of: run).contains("charge (step gateway/step/charge#1) happened, says ann"))
        case .notHappened:
            #expect(output == "[1, 2, 1]")
            #expect(scene.notes == ["fetch", "charge", "charge", "fetch"])
        case .failed:
            #expect(output.contains("outcome-unknown") && output.contains("ann has the job fail: it is not due"))
            #expect(scene.notes == ["fetch", "charge"])
        }
        await second.killAndWait()
        await scene.close()
    }

    /// Whatever a program makes of a step that may have happened, its job does not end well.
    @Test(.timeLimit(.minutes(5))) func failsAlsoWhereTheProgramGoesOnWithoutTheStep() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let notes = scene.fleet.directory + "/notes"
        let script = """
            \(Programs.path("chassis")) step charge --effect once --unknown fail -- sh -c 'echo charge >> \(notes); kill -9 \(first.pid); sleep 300'
            \(Programs.path("chassis")) step other -- sh -c 'echo other >> \(notes)'
            echo '"went on"'
            """
        let run = try await scene.submitSteps(script)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "failed")
        #expect(try await scene.fleet.error(of: run).contains("outcome-unknown"))
        // Nor is anything more done for a job that fails.
        #expect(scene.notes == ["charge"])
        await second.killAndWait()
        await scene.close()
    }

    /// What was recorded was done, whatever becomes of its settlement, which is for the next attempt then.
    @Test(.timeLimit(.minutes(5))) func runsNoStepAgainWhoseSettlementFailed() async throws {
        let scene = try await GatewayScene.make()
        let pool = scene.fleet.pool
        // A sequence counts also what is rolled back.
        _ = try await pool.query("CREATE SEQUENCE chassis.refusal")
        try await scene.beforeSettling(
            """
            IF nextval('chassis.refusal') = 1 THEN
                RAISE EXCEPTION 'cannot execute UPDATE in a read-only transaction' USING ERRCODE = '25006';
            END IF;
            """
        )
        let worker = scene.worker("worker")
        let notes = scene.fleet.directory + "/notes"
        let script = """
            for try in 1 2 3; do
                x=$(\(Programs.path("chassis")) step charge --effect once -- sh -c 'echo charge >> \(notes); echo 2') && break
            done
            [ -e \(notes).killed ] || { touch \(notes).killed; kill -9 $$; }
            echo "[$x]"
            """
        let run = try await scene.submitSteps(script)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(scene.notes == ["charge"])
        #expect(try await scene.output(of: run) == "[2]")
        #expect(try await pool.query("SELECT last_value::integer AS n FROM chassis.refusal").rows[0].int("n") == 2)
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func keepsAHundredCallsInLessThanAMegabyte() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        // With all that was said before, the requests alone have 3 MB.
        let prompt = String(repeating: "Consider the customers one by one. ", count: 100)
        var agent = GatewayScene.agent("chat", tag: "long", turns: 100, options: ["stream"])
        agent[3] += prompt
        let run = try await scene.submit("long", run: agent)
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        let size = ChildProcess(["du", "-sb", "--apparent-size", scene.fleet.directory + "/store"])
        _ = await size.ended()
        let bytes = Int(await size.line { !$0.isEmpty }?.split(separator: "\t").first ?? "") ?? .max
        #expect(bytes < 1_000_000, "\(bytes)")
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that names a connection and goes another way is warned of, whatever else it asks the gateway for.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("true", true),
            ("python3 Tests/Servers/rude_client.py aside", true),
            ("python3 Tests/Servers/rude_client.py fine", false),
        ]
    ) func warnsOfAProgramThatMakesNoCall(_ script: String, _ isWarned: Bool) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("silent", run: ["sh", "-c", "cd \(Fleet.repository); \(script)"])
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        let log = try await scene.log(of: run)
        #expect(log.contains("warning: the program made no call through the gateway") == isWarned, "\(log)")
        await worker.killAndWait()
        await scene.close()
    }
}
