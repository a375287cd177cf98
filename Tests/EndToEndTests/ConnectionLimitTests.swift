import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The limits of a connection, over several worker processes.
@Suite(.serialized) struct ConnectionLimitTests {
    /// - Parameter limits: As the connections file writes them.
    private static func limit(_ fleet: Fleet, _ limits: String) {
        let path = fleet.directory + "/connections.yaml"
        Fleet.write(Fleet.read(path).replacing("kind: openai,", with: "kind: openai, limits: \(limits),"), to: path)
    }

    private static func submit(_ count: Int, to fleet: Fleet) async throws -> RunID {
        let names = (1...count).map { "j\($0)" }
        let jobs = names.map { "  \($0): {llm: {model: model/scripted, prompt: \"say [run:\($0)]\"}}\n" }.joined()
        return try await fleet.submit(
            "limits",
            "name: limits\njobs:\n" + jobs,
            names.map { .init(name: $0, kind: "llm") }
        )
    }

    /// One worker is killed in the middle of the only call that may be under way: the others are not kept out.
    @Test(.timeLimit(.minutes(5))) func holdAcrossWorkersAndAKill() async throws {
        let fleet = try await Fleet.make(turns: 1)
        Self.limit(fleet, "{concurrent: 1}")
        let run = try await Self.submit(8, to: fleet)
        let first = fleet.worker("first", failpoint: "during-answer:2")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let workers = [fleet.worker("second"), fleet.worker("third")]
        #expect(try await fleet.end(of: run) == "succeeded")
        let overlaps = try await fleet.pool.query(
            """
            SELECT count(*) AS n FROM chassis.connection_call AS a JOIN chassis.connection_call AS b
            ON a.call_id < b.call_id AND a.ended_at > b.begun_at AND b.ended_at > a.begun_at
            """
        ).rows[0].int("n")
        #expect(overlaps == 0)
        let calls = try await fleet.pool.query("SELECT count(*) AS n FROM chassis.connection_call").rows[0].int("n")
        #expect(calls >= 8)
        for worker in workers { await worker.killAndWait() }
        await fleet.close()
    }

    /// A connection that asked to be left alone for long: no slot is held meanwhile, and no attempt is spent.
    @Test(.timeLimit(.minutes(5))) func suspendsAJobThatWouldWaitLong() async throws {
        let fleet = try await Fleet.make(turns: 1)
        try await ConnectionStore(fleet.pool).hold("model", for: .seconds(3600))
        let run = try await Self.submit(1, to: fleet)
        let worker = fleet.worker("only")
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'"
        )
        #expect(try fleet.bill(of: "j1").billed == 0)
        // Nothing was intended, so nothing is unknown.
        #expect(try await fleet.pool.query("SELECT FROM chassis.step").rows.isEmpty)
        _ = try await fleet.pool.query("UPDATE chassis.connection_gate SET not_before = now()")
        _ = try await fleet.pool.query("UPDATE chassis.waiting SET due_at = now()")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try await fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run) == 1)
        await worker.killAndWait()
        await fleet.close()
    }
}
