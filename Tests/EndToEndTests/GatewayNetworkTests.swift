import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that reach the gateway and nothing else.
@Suite(.serialized, .enabled("network namespaces are allowed here", NetworkNamespace.isAllowed))
struct GatewayNetworkTests {
    @Test(.timeLimit(.minutes(5)), arguments: [("chat", ["stream"]), ("messages", [])])
    func aProgramReachesItsModel(_ format: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "inside",
            run: GatewayScene.agent(format, tag: "inside", turns: 3, options: options),
            more: ", network: gateway"
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        #expect(try await scene.bill(of: "inside").count == 3)
        // The relay has ended with the program.
        while !Descendants.of(worker.pid).allSatisfy({ !Fleet.read("/proc/\($0)/cmdline").contains("chassis-guard") }) {
            await Task.yield()
        }
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func aProgramReachesNothingElse() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let script =
            "import os, socket, subprocess\n"
            + "def way(host, port):\n"
            + "    try: socket.create_connection((host, port), 2); return 'open'\n"
            + "    except OSError as error: return error.strerror\n"
            // Root would find its way back.
            + "back = subprocess.run(['nsenter', f'--net=/proc/{os.getppid()}/ns/net', 'true'], stderr=subprocess.DEVNULL).returncode\n"
            + "link = subprocess.run(f'ip link add near type veth peer name far-{os.getpid()} netns {os.getppid()}', shell=True, stderr=subprocess.DEVNULL).returncode\n"
            + "print([way('127.0.0.1', \(scene.port)), way('192.0.2.1', 80), back != 0, link != 0])"
        let run = try await scene.submit("outside", run: ["python3", "-c", script], more: ", network: gateway")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(
            try await scene.output(of: run).contains("['Connection refused', 'Network is unreachable', True, True]")
        )
        await worker.killAndWait()
        await scene.close()
    }

    /// What relays its connections is none of its processes.
    @Test(.timeLimit(.minutes(5))) func aProgramMayHaveAsManyProcessesAsItsLimitSays() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        // The guard sleeps between two looks.
        let script =
            "import os\n"
            + "def looks():\n"
            + "    lines = open(f'/proc/{os.getppid()}/status').read().splitlines()\n"
            + "    return next(int(line.split()[1]) for line in lines if line.startswith('voluntary'))\n"
            + "began = looks()\n"
            + "while looks() < began + 5: pass\n"
            + "print('counted')"
        let run = try await scene.submit(
            "counted",
            run: ["python3", "-c", script],
            more: ", network: gateway, limits: {processes: 1}"
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        await worker.killAndWait()
        await scene.close()
    }

    /// Whoever runs the worker, root or not: what the program has done it has done once, and nothing else lets it through.
    @Test(.timeLimit(.minutes(5)), arguments: [true, false])
    func aKilledProgramDoesAllThatItMayAndReachesNothingElse(_ isRoot: Bool) async throws {
        let host = await NetworkNamespace.make()
        let cluster = await PostgresCluster.make(address: host.address)
        await cluster.start()
        let scene = try await GatewayScene.make(on: cluster)
        Self.open(scene)
        func worker(_ name: String) -> ChildProcess {
            scene.fleet.worker(
                name,
                through: isRoot ? [] : Self.nobody,
                to: cluster.remoteConninfo(of: scene.fleet.conninfo)
            )
        }
        let first = worker("first")
        let free = try await Self.submitAll(scene, "free", host.address)
        let gate = scene.fleet.directory + "/gate"
        while access(gate, F_OK) != 0, try await !Self.hasEnded(free, scene) { await Task.yield() }
        #expect(access(gate, F_OK) == 0, "\(first.output)")
        await first.killAndWait()
        let second = worker("second")
        #expect(try await scene.fleet.end(of: free) == "succeeded", "\(second.output)")
        // What it finds shut below is open to everybody else.
        #expect(try JSONValue(parsing: try await scene.output(of: free))["ways"] == ["open", "open"])
        #expect(unlink(gate) == 0)

        let run = try await Self.submitAll(scene, "isolated", host.address, more: ", network: gateway")
        while access(gate, F_OK) != 0, try await !Self.hasEnded(run, scene) { await Task.yield() }
        #expect(access(gate, F_OK) == 0, "\(second.output)")
        await second.killAndWait()
        let third = worker("third")
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error) \(third.output)")
        let output = try JSONValue(parsing: try await scene.output(of: run))
        #expect(
            output == [
                "model": "all done", "tool": "noted\n", "bridge": "3", "step": ["reckoned": 42], "command": "20\n",
                "ways": ["Connection refused", "Network is unreachable"],
            ],
            "\(output.text())"
        )
        #expect(try await scene.bill(of: "isolated").count == 2)
        #expect(scene.notes == ["note", "reckon", "charge", "note", "reckon", "charge"])
        #expect(try await scene.openCalls(of: run) == 0)
        let kept = scene.fleet.directory + "/store/runs/\(run)"
        let artifact = ChildProcess(["sh", "-c", "cat $(find \(kept) -name kept.txt)"])
        _ = await artifact.line { _ in false }
        #expect(artifact.output == "kept")
        await third.killAndWait()
        await scene.close()
        await cluster.stop()
        await host.close()
    }

    /// Where no network can be made nothing of the program runs, and whoever reads the error knows what to do.
    @Test(.timeLimit(.minutes(5))) func aProgramIsNotStartedWhereNoNetworkCanBeMade() async throws {
        let scene = try await GatewayScene.make()
        Self.open(scene)
        let worker = scene.fleet.worker("worker", through: Self.nobody + Self.withoutNamespaces)
        let source = """
            name: outside
            jobs:
              work:
                command: {run: [touch, "\(scene.fleet.directory)/started"], steps: true, network: gateway}
                retry: {attempts: 1}
            """
        let run = try await scene.fleet.submit("outside", source, [.init(name: "work", kind: "command")])
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        let error = try await scene.fleet.error(of: run)
        for words in [
            "touch was not started: no network of its own can be made for the program",
            "/proc/sys/user/max_user_namespaces", "CAP_SYS_ADMIN", "leave out network",
        ] { #expect(error.contains(words), "\(error)") }
        #expect(access(scene.fleet.directory + "/started", F_OK) != 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// Starts a program where this user may make no namespaces.
    private static let withoutNamespaces = [
        "unshare", "--user", "--keep-caps", "--map-current-user", "sh", "-c",
        "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all \"$@\"", "sh",
    ]

    /// What starts a worker as somebody without rights.
    private static let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Lets everybody write where the fleet's workers do.
    private static func open(_ scene: GatewayScene) {
        for folder in ["", "/store"] { #expect(chmod(scene.fleet.directory + folder, 0o777) == 0) }
        let file = scene.fleet.directory + "/connections.yaml"
        let server = "\(Fleet.repository)/Tests/Servers/mcp_server.py"
        Fleet.write(Fleet.read(file) + "\n  things: {kind: mcp, command: [python3, \"\(server)\"]}\n", to: file)
    }

    /// Starts a program that does all there is, and that knows the addresses of the provider and of the database.
    private static func submitAll(
        _ scene: GatewayScene,
        _ tag: String,
        _ database: String,
        more: String = ""
    ) async throws -> RunID {
        let directory = scene.fleet.directory
        let note = JSONValue.string("cat > /dev/null; echo note >> \(directory)/notes; echo noted").text()
        return try await scene.submit(
            tag,
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/isolated_program.py", directory + "/notes",
                directory + "/gate", "127.0.0.1:\(scene.port)", "\(database):5432",
            ],
            more: ", tools: [{command: {name: note, run: [sh, -c, \(note)], effect: once}}, "
                + "{mcp: {connection: things, allow: [add]}}]\(more)"
        )
    }

    private static func hasEnded(_ run: RunID, _ scene: GatewayScene) async throws -> Bool {
        try await scene.fleet.number(
            "SELECT count(*)::integer AS n FROM chassis.ended_run WHERE run_id = $1::bigint",
            of: run
        ) > 0
    }
}
