import JobModel
import Postgres
import TestSupport
import Testing

/// The gateway begins when the first program needs it, and so at moments at which its database is away.
@Suite(.serialized) struct GatewayStartTests {
    /// Takes the place of a server's socket, and gives it back when the gateway has tried twice to connect.
    private static let stand = """
        import os, socket, sys
        path, aside = sys.argv[1], sys.argv[1] + ".aside"
        os.rename(path, aside)
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
        os.chmod(path, 0o777)
        print("away", flush=True)
        tries = 0
        while tries < 2:
            peer = server.accept()[0]
            tries += b"chassis-worker gateway" in peer.recv(4096)
            peer.close()
        os.rename(aside, path)
        print("back", flush=True)
        """

    @Test(.timeLimit(.minutes(5))) func waitsForADatabaseThatIsAwayWhenItBegins() async throws {
        let cluster = await PostgresCluster.make()
        await cluster.start()
        let scene = try await GatewayScene.make(on: cluster)
        let worker = scene.worker("worker")
        // The worker has its connections when a first job has ended that needs no gateway.
        let first = try await scene.submit("first", run: ["true"], connections: "[]")
        #expect(try await scene.fleet.end(of: first) == "succeeded", "\(worker.output)")
        #expect(scene.gateways().isEmpty)
        let stand = ChildProcess(["python3", "-c", Self.stand, "\(cluster.directory)/.s.PGSQL.5432"])
        _ = await stand.line { $0 == "away" }
        let run = try await scene.submit("late", run: GatewayScene.agent("chat", tag: "late", turns: 2))
        #expect(await stand.line { $0 == "back" } != nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "late").count == 2)
        // It has waited: no attempt was spent on it.
        #expect(
            try await scene.fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 1
        )
        await worker.killAndWait()
        await scene.close()
        await cluster.stop()
    }
}
