import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A list of models: who answers, and what is found again.
@Suite(.serialized) struct FallbackTests {
    private static func source(_ models: String) -> String {
        """
        name: fallback
        jobs:
          work:
            agent:
              model: \(models)
              prompt: go through the items [run:fallback]
              tools: [{command: {name: note, run: [sh, -c, "cat > /dev/null; echo noted"], effect: idempotent}}]
            retry: {attempts: 3, delay: 250ms}
        """
    }

    private static let jobs = [RunStore.NewJob(name: "work", kind: "agent", queue: "default")]

    /// `broken` answers 404 to everything.
    private static func addBrokenConnection(to fleet: Fleet) async {
        let path = fleet.directory + "/connections.yaml"
        let server = ScriptedServer.shared
        let url = await server.url([.response("404 Not Found", [], "no such model")], tag: server.newTag())
        Fleet.write(Fleet.read(path) + "\n  broken: {kind: openai, url: \"\(url)\"}\n", to: path)
    }

    @Test(.timeLimit(.minutes(5))) func asksTheNextModelAndPaysNothingAgainWhoeverAnswered() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let whole = Fleet.read(fleet.directory + "/connections.yaml")
        await Self.addBrokenConnection(to: fleet)
        let run = try await fleet.submit("fallback", Self.source("[broken/scripted, model/scripted]"), Self.jobs)
        let first = fleet.worker("first", failpoint: "after-checkpoint:4")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let paid = try fleet.bill(of: "fallback").billed
        #expect(paid == 2)
        // The second worker does not even know the first model.
        Fleet.write(whole, to: fleet.directory + "/connections.yaml")
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.bill(of: "fallback").billed == 3)
        let names = try await fleet.pool.query(
            "SELECT DISTINCT name, unknown_calls FROM chassis.step WHERE kind = 'model' AND state = 'recorded'"
        ).rows
        #expect(try names.map { "\(try $0.string("name")) \(try $0.int("unknown_calls"))" } == ["model/scripted 0"])
        let journal = Fleet.read(try await fleet.journal(of: run, epoch: 1))
        #expect(journal.contains(#""connection":"model""#))
        await second.killAndWait()
        await fleet.close()
    }

    @Test(.timeLimit(.minutes(5))) func failsWhenNoModelCanAnswer() async throws {
        let fleet = try await Fleet.make(turns: 1)
        await Self.addBrokenConnection(to: fleet)
        let run = try await fleet.submit("fallback", Self.source("[nobody/m, broken/m, broken/n]"), Self.jobs)
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed")
        #expect(try await fleet.error(of: run).contains("broken answered 404"))
        await worker.killAndWait()
        await fleet.close()
    }
}
