import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Agents with the tools of an MCP server: a worker is killed, another one goes on.
@Suite(.serialized) struct ToolServerTests {
    private static let source = """
        name: agent-test
        jobs:
          work:
            agent:
              model: model/scripted
              prompt: go through the items [run:agent-test]
              tools:
                - mcp: {connection: notes, allow: [note, echo, grown]}
            retry: {attempts: 3, delay: 250ms}
        """

    /// Has the workers that start from now on reach the server with these options.
    private func serve(_ fleet: Fleet, _ command: [String]) {
        let connections = Fleet.read(fleet.directory + "/connections.yaml").split(separator: "\n").prefix(2)
        let words = command.map { "\"\($0)\"" }.joined(separator: ", ")
        Fleet.write(
            connections.joined(separator: "\n") + "\n  notes: {kind: mcp, command: [\(words)]}\n",
            to: fleet.directory + "/connections.yaml"
        )
    }

    private func server(_ log: String, order: Int, _ options: [String] = []) -> [String] {
        ["python3", "\(Fleet.repository)/Tests/Servers/mcp_server.py", "--log", log, "--order", "\(order)"] + options
    }

    private func asked(_ log: String) -> [String] { Fleet.read(log).split(separator: "\n").map(String.init) }

    @Test(.timeLimit(.minutes(5))) func aWorkerThatIsKilledCostsNoTurnTwiceWhateverTheServerListsNow() async throws {
        let fleet = try await Fleet.make(turns: 4)
        let (first, second) = (fleet.directory + "/first", fleet.directory + "/second")
        serve(fleet, server(first, order: 1))
        let run = try await fleet.submit("agent-test", Self.source, [.init(name: "work", kind: "agent")])
        // Answers: the listing, a turn, its two calls, the second turn, its call.
        let killed = fleet.worker("killed", failpoint: "after-answer:6")
        #expect(await killed.ended() == .signalled(SIGKILL), "\(killed.output)")
        let sent = asked(first).filter { $0.hasPrefix("call note") }
        #expect(sent.count == 3)
        // The guard ends the server of a worker that is gone.
        while !Descendants.marked(first).isEmpty { await Task.yield() }
        serve(fleet, server(second, order: 2, ["--more"]))
        let worker = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        // The second server has a tool more: the turns that are recorded do not know it, the next one does.
        let bill = try fleet.bill()
        #expect(bill.billed == 4 && bill.needed == 4)
        let again = asked(second).filter { $0.hasPrefix("call note") }
        #expect(again.count == 2)
        #expect(again.first == sent.last, "the call whose answer was lost, under the same key")
        let listings = try await fleet.pool.query(
            "SELECT DISTINCT position FROM chassis.step WHERE position LIKE 'tools:%' ORDER BY position"
        )
        // That of the first turn was a free step, whose row went with its worker.
        #expect(try listings.rows.map { try $0.string("position") }.contains("tools:notes#3"))
        await worker.killAndWait()
        await fleet.close()
    }

    @Test(.timeLimit(.minutes(5))) func anAttemptThatFindsAllItNeedsStartsNoServer() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let log = fleet.directory + "/log"
        serve(fleet, server(log, order: 1))
        let run = try await fleet.submit("agent-test", Self.source, [.init(name: "work", kind: "agent")])
        let killed = fleet.worker("killed", failpoint: "before-end:1:stop")
        while !Descendants.isStopped(killed.pid) { _ = try await fleet.pool.query("SELECT pg_sleep(0.02)") }
        #expect(!asked(log).isEmpty && Descendants.marked(log).isEmpty, "the server ends before the job does")
        await killed.killAndWait()
        serve(fleet, ["/no/such/server"])
        let worker = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.bill().billed == 3)
        await worker.killAndWait()
        await fleet.close()
    }
}
