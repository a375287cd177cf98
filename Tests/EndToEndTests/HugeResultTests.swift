import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A tool that prints 50 MB: the agent goes on with its beginning, and the worker's memory stays small.
@Suite struct HugeResultTests {
    @Test(.timeLimit(.minutes(5))) func takesLittleMemory() async throws {
        let call: JSONValue = ["name": "shout", "arguments": [:]]
        let script: JSONValue = [
            "name": "huge", "match": ["text": "go through it"],
            "turns": [["calls": [call, call, call]], ["text": "done"]],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go through it [run:agent-test]
                  tools: [{command: {name: shout, run: [sh, -c, "yes word | head -c 50000000"], effect: none}}]
            """
        let worker = fleet.worker("only")
        _ = await worker.line { $0.contains("the session has begun") }
        let before = Self.peak(of: worker)
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let after = Self.peak(of: worker)
        // Three results of 50 MB at once; 1 MiB of each is kept.
        #expect(before > 0 && after - before < 100 << 10, "\(before) KiB before, \(after) KiB at its peak")
        let result = try await fleet.pool.query(
            "SELECT count(*) AS n FROM chassis.step WHERE state = 'recorded' AND kind = 'tool'"
        ).rows[0].int("n")
        #expect(result == 3)
        await worker.killAndWait()
        await fleet.close()
    }

    /// The most memory that a process has had, in KiB.
    private static func peak(of process: ChildProcess) -> Int {
        let line = Fleet.read("/proc/\(process.pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
