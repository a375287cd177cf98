import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Workers are told of cancelled runs at once; but what they are told may be late, and only the database knows.
@Suite(.serialized) struct CancellationTests {
    /// A notice that came late: the run was cancelled and retried since, or never cancelled.
    @Test(.timeLimit(.minutes(5))) func aLateNoticeCancelsNothing() async throws {
        let fleet = try await Fleet.make()
        await fleet.hold(turn: 4)
        let run = try await fleet.submitAgent()
        let worker = fleet.worker("only")
        await fleet.untilHeld()
        _ = try await fleet.pool.query("SELECT pg_notify('chassis_cancelled', $1)", [.text(String(run.rawValue))])
        // What is told later is heard later.
        let other = try await fleet.submitAgent(tag: "other")
        #expect(try await fleet.end(of: other) == "succeeded")
        await fleet.release()
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try fleet.bill().billed == 10)
        await worker.killAndWait()
        await fleet.close()
    }

    /// The next renewal, which would tell the worker too, is far away.
    @Test(.timeLimit(.minutes(5))) func aCancellationIsHeardAtOnce() async throws {
        let fleet = try await Fleet.make()
        await fleet.hold(turn: 4)
        let run = try await fleet.submitAgent()
        let worker = fleet.worker("only", arguments: ["--lease", "600s"])
        await fleet.untilHeld()
        let renewal: PostgresStatement = """
            SELECT renewed_at::text AS at FROM chassis.session WHERE renewed_at > started_at AND $1::bigint > 0
            """
        let first = try await fleet.wait(for: run, until: renewal).string("at")
        #expect(try await RunStore(fleet.pool).cancel(run)?.running == 1)
        #expect(try await fleet.end(of: run) == "cancelled")
        #expect(try await fleet.wait(for: run, until: renewal).string("at") == first, "\(worker.output)")
        await worker.killAndWait()
        await fleet.close()
    }
}
