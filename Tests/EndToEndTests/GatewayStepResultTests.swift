import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What becomes of what named steps print and return, also where it cannot be kept.
@Suite(.serialized) struct GatewayStepResultTests {
    /// What cannot be kept is said as it is, with its size and what to do; a person gives a result that can be kept.
    @Test(.timeLimit(.minutes(5)), arguments: [("shell", "4194304"), ("http", "33554432")])
    func saysOfAStepThatItsResultIsTooLarge(_ way: String, _ limit: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        // What it does behind its output is done, too: it does not end with that.
        let large =
            "\(Programs.path("chassis")) step charge --effect once -- sh -c 'head -c 5000000 /dev/zero | tr \"\\0\" x; echo charge >> \(scene.fleet.directory)/notes'"
        let run =
            way == "http"
            ? try await scene.submit("large", run: RudeOutcome.program(["large-step"]))
            : try await scene.submitSteps("set -e; x=$(\(large)); echo $x")
        let approval = try await scene.asked(run)
        let what = approval.request["attempts"]?[0]?["what"]?.stringValue ?? ""
        #expect(
            what.contains("its result was not kept") && what.contains(limit) && what.contains("$CHASSIS_ARTIFACTS"),
            "\(what)"
        )
        if way == "shell" {
            #expect(what.contains("with status 0") && what.contains("5000000 bytes"), "\(what)")
            #expect(scene.notes == ["charge"])
        }
        try await scene.decide(approval, .happened, with: "small")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains("small"))
        let log = try await scene.log(of: run)
        #expect(log.contains(limit) && log.contains("$CHASSIS_ARTIFACTS"), "\(log)")
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that says after all what became of a step, behind a result that was refused, is believed.
    @Test(.timeLimit(.minutes(5)), arguments: [("result", "recorded"), ("error", "failed")])
    func settlesAStepWhoseFirstResultWasTooLarge(_ word: String, _ state: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("rude", run: RudeOutcome.program(["large-and-small", "hello", word]))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [413, 200])
        let rows = try await scene.fleet.pool.query(
            "SELECT state FROM chassis.step WHERE position = 'gateway/step/charge#1'"
        ).rows.map { try $0.string("state") }
        #expect(rows == [state])
        await worker.killAndWait()
        await scene.close()
    }

    /// A command that fails is not recorded; its status is that of the step.
    @Test(.timeLimit(.minutes(5))) func passesOnTheStatusOfACommandThatFails() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let step = "\(Programs.path("chassis")) step"
        let notes = scene.fleet.directory + "/notes"
        let script = """
            for code in 3 7; do \(step) fails -- sh -c "echo $code >> \(notes); exit $code"; got="$got $?"; done
            \(step) dies -- sh -c 'kill -TERM $$'; got="$got $?"
            \(step) noise --effect once -- sh -c 'printf "\\377"; exit 9'; got="$got $?"
            \(step) loud --effect once -- sh -c 'head -c 5000000 /dev/zero; exit 8'; got="$got $?"
            \(step) holds -- sh -c 'printf "\\377"'; got="$got $?"
            [ -e \(notes).again ] || { touch \(notes).again; exit 1; }
            echo "\"$got\""
            """
        let run = try await scene.submitSteps(script)
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        let words = try await scene.output(of: run).split { " \"".contains($0) }.map(String.init)
        #expect(words.prefix(5) == ["3", "7", "143", "9", "8"], "\(words)")
        // The last one is no text; what it is worth is said, and it is no success.
        #expect(words.last != "0", "\(words)")
        // Nothing of it was recorded: the second attempt runs all again.
        #expect(scene.notes == ["3", "7", "3", "7"])
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that left before it heard that its step is recorded gets the record when it asks again.
    @Test(.timeLimit(.minutes(5))) func servesARecordThatItsProgramHasNotHeardOf() async throws {
        let scene = try await GatewayScene.make()
        let pool = scene.fleet.pool
        _ = try await pool.query("CREATE SEQUENCE chassis.settling")
        _ = try await pool.query("CREATE TABLE chassis.go ()")
        try await scene.beforeSettling(
            """
            PERFORM nextval('chassis.settling');
            WHILE NOT EXISTS (SELECT FROM chassis.go) LOOP PERFORM pg_sleep(0.01); END LOOP;
            """
        )
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/settling"
        let run = try await scene.submit("rude", run: RudeOutcome.program(["unheard", "hello", file]))
        _ = try await scene.fleet.wait(for: run, until: "SELECT $1::bigint FROM chassis.settling WHERE is_called")
        Fleet.write("", to: file)
        let said = try await scene.fleet.wait(
            for: run,
            until: "SELECT line FROM chassis.log WHERE run_id = $1::bigint AND stream = 'stdout'"
        )
        _ = try await pool.query("INSERT INTO chassis.go DEFAULT VALUES")
        let answer = try JSONValue(parsing: try said.string("line"))
        #expect(answer == ["state": "done", "position": "gateway/step/charge#1", "result": 1], "\(answer.text())")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let left = try await pool.query(
            "SELECT concat_ws(' ', position, epoch, state, unknown_calls, error) AS line FROM chassis.step"
        )
        .rows.map { try $0.string("line") }
        let log = try await scene.log(of: run)
        #expect(try await scene.openCalls(of: run) == 0, "\(left) \(log)")
        await worker.killAndWait()
        await scene.close()
    }

    /// A step that was done and cannot be recorded may have happened; nothing more is done, since nothing can be recorded.
    @Test(.timeLimit(.minutes(5)), .enabled(if: TemporaryMount.isPossible, "mounting needs root"))
    func leavesAStepToAPersonThatCannotBeRecorded() async throws {
        let scene = try await GatewayScene.make()
        let store = scene.fleet.directory + "/store"
        mkdir(store, 0o755)
        let mount = try TemporaryMount(at: store, options: "size=256k")
        let worker = scene.worker("worker")
        let words = ["full-step", "hello [run:rude turns:1]", store]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        let row = try await scene.fleet.wait(
            for: run,
            until: "SELECT line FROM chassis.log WHERE run_id = $1::bigint AND stream = 'stdout'"
        )
        // The program goes on; its job does not end well for that.
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        #expect(try await scene.fleet.error(of: run).contains("outcome-unknown"))
        let said = try JSONValue(parsing: try row.string("line"))
        #expect(said == [403, 409, "unknown", 403, 403], "\(said.text())")
        #expect(try await scene.bill(of: "rude").isEmpty)
        await worker.killAndWait()
        mount.unmount()
        await scene.close()
    }

    /// With two steps of one name under way, it is not known whose result was refused: neither is run again before it is said.
    @Test(.timeLimit(.minutes(5))) func runsNoStepAgainWhoseResultMayHaveBeenRefused() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("large", run: RudeOutcome.program(["two-large-steps"]))
        // The program goes on; its job does not end well for that.
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        #expect(try await scene.fleet.error(of: run).contains("outcome-unknown"))
        let log = try await scene.log(of: run)
        #expect(log.contains(#"[413, "run", 200, [409, "unknown", true]]"#), "\(log)")
        await worker.killAndWait()
        await scene.close()
    }

    /// What a program says of a step, and its input, have bounds where people read them.
    @Test(.timeLimit(.minutes(5))) func putsNothingEndlessBeforePeople() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("long", run: RudeOutcome.program(["long-reason"]))
        let approval = try await scene.asked(run)
        let text = approval.request.text()
        #expect(text.utf8.count < 10_000 && text.contains("the input has 2097154 bytes"), "\(text.prefix(2000))")
        let what = approval.request["attempts"]?[0]?["what"]?.stringValue ?? ""
        #expect(what.hasPrefix("reasons reasons") && what.hasSuffix("…") && what.utf8.count <= 4200)
        let longest = try await scene.fleet.pool.query(
            "SELECT max(octet_length(error))::integer AS n FROM chassis.step"
        )
        #expect(try longest.rows[0].int("n") <= 4200)
        try await scene.decide(approval, .happened, with: "small")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run).contains("small"))
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func deniesAStepWhoseInputIsTooLargeForPeople() async throws {
        let more = ", approve: [{steps: [charge]}]"
        let said = try await RudeOutcome.of("large-input", more: more).said
        #expect(said[0] == 403 && said[1]?["state"] == "denied", "\(said.text())")
        let message = said[1]?["error"]?.stringValue ?? ""
        #expect(message.contains("at most 1048576 bytes") && message.contains("2097154"), "\(message)")
    }
}
