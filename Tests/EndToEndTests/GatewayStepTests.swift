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

    private func notes(_ scene: GatewayScene) -> [String] {
        Fleet.read(scene.fleet.directory + "/notes").split(separator: "\n").map(String.init)
    }

    private func submit(_ scene: GatewayScene, effect: String, worker: ChildProcess) async throws -> RunID {
        let script = "WORKER=\(worker.pid)\n" + script(scene, effect: effect)
        return try await scene.submit("steps", run: ["bash", "-c", script], connections: "[]", more: ", steps: true")
    }

    @Test(.timeLimit(.minutes(1))) func repeatsOnlyTheStepThatWasUnderWay() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await submit(scene, effect: "idempotent", worker: first)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded")
        #expect(try await scene.output(of: run) == "[1, 2, 1]")
        // Equal steps are two steps: the third has been run once too.
        #expect(notes(scene) == ["fetch", "charge", "charge", "fetch"])
        await second.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(1))) func leavesAStepToAPersonThatMayHaveHappened() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let run = try await submit(scene, effect: "once", worker: first)
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = scene.worker("second")
        let row = try await scene.fleet.wait(
            for: run,
            until: "SELECT line FROM chassis.log WHERE run_id = $1::bigint AND line LIKE '%may have happened%'"
        )
        #expect(try row.string("line").contains("chassis retry \(run) --repeat-unknown"))
        #expect(notes(scene) == ["fetch", "charge"])
        await second.killAndWait()
        await scene.close()
    }

    /// A program that names a connection and goes another way is warned of, whatever else it asks the gateway for.
    @Test(
        .timeLimit(.minutes(1)),
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

    @Test(.timeLimit(.minutes(1))) func keepsAHundredCallsInLessThanAMegabyte() async throws {
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
}
