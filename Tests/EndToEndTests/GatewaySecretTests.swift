import JobModel
import Postgres
import TestSupport
import Testing

/// The key of a provider is in nothing that a program sees, nor in anything that is kept, whatever the provider tells.
@Suite(.serialized) struct GatewaySecretTests {
    @Test(.timeLimit(.minutes(5))) func theKeyReachesNeitherProgramNorAnythingThatIsKept() async throws {
        let scene = try await GatewayScene.make()
        let folder = scene.fleet.directory + "/got"
        _ = await ChildProcess(["mkdir", folder]).ended()
        let tales = ["tell-401", "tell-502", "tell-page", "tell-document", "tell-stream", "tell-error"]
        for tale in tales { await scene.script(tale, "[\"\(tale)\"]") }
        let masked = GatewayScene.key.utf8.map { String($0 ^ 0x5a, radix: 16) }
            .map { $0.count == 1 ? "0" + $0 : $0 }.joined()
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "trace"])
        let scheduler = await scene.fleet.scheduler(arguments: ["--log-level", "trace"])
        let run = try await scene.submit(
            "prying",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/prying_client.py", folder, masked]
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["in memory"] == 0)
        #expect(
            said["statuses"] == [
                "tell-401": 401, "tell-502": 502, "tell-page": 502, "tell-document": 200, "tell-stream": 200,
                "tell-error": 200,
            ],
            "\(said.text())"
        )
        // The provider has seen it.
        for tale in tales {
            let bill = try await scene.bill(of: tale)
            #expect(bill.map { $0["key"]?.stringValue?.hasSuffix(GatewayScene.key) } == [true], "\(tale)")
        }
        let dump = ChildProcess(["pg_dump", "--data-only", "--dbname", scene.fleet.conninfo])
        _ = await dump.line { _ in false }
        #expect(dump.output.contains("gateway/fake#1"), "nothing was dumped: \(dump.output.prefix(300))")
        var shown = [
            "the worker's log": worker.output, "the scheduler's log": scheduler.output, "the database": dump.output,
        ]
        shown["the run"] = await scene.fleet.chassis(["show", "\(run)", "--json"], at: scheduler)
        shown["its log"] = await scene.fleet.chassis(["logs", "\(run)"], at: scheduler)
        #expect(worker.output.contains(" debug "), "\(worker.output.prefix(300))")
        for (name, text) in shown {
            #expect(!text.contains(GatewayScene.key) && !text.contains(Self.hexadecimal), "\(name)")
        }
        // What the program was sent, its environment, journals and blobs.
        let found = ChildProcess([
            "grep", "-r", "-a", "-l", "-e", GatewayScene.key, "-e", Self.hexadecimal, folder,
            scene.fleet.directory + "/store",
        ])
        _ = await found.line { _ in false }
        #expect(found.output.isEmpty, "\(found.output)")
        let told = ChildProcess(["grep", "-r", "-a", "-l", "redacted", folder])
        _ = await told.line { _ in false }
        #expect(told.output.split(separator: "\n").count == 2 * tales.count, "\(told.output)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    private static let hexadecimal = GatewayScene.key.utf8.map { String($0, radix: 16) }.joined()
}
