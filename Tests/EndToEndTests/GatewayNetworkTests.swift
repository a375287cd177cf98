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
}
