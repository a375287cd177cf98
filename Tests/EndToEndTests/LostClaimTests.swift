import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A claim is committed, and its answer is lost on the way: the worker holds a job of which it knows nothing.
@Suite struct LostClaimTests {
    @Test(.timeLimit(.minutes(5))) func strandsNoJob() async throws {
        let fleet = try await Fleet.make(turns: 2)
        // Of all that the worker asks for, only a claim gives back the params of a run.
        let socket = fleet.directory + "/.s.PGSQL.5432"
        let target = fleet.conninfo.split(separator: "host=").last.map { $0.prefix { $0 != " " } } ?? ""
        let proxy = ChildProcess([
            "python3", "\(Fleet.repository)/Tests/Servers/cutting_proxy.py", socket, "\(target)/.s.PGSQL.5432",
            "lost-params",
        ])
        #expect(await proxy.line { $0 == "ready" } != nil, "\(proxy.output)")
        let worker = fleet.worker(
            "only",
            to: fleet.conninfo.replacing("host=\(target)", with: "host=\(fleet.directory)")
        )
        _ = await worker.line { $0.contains("the session has begun") }
        let run = try await fleet.submitAgent(params: ["mark": "lost-params"])
        #expect(await proxy.line { $0 == "cut" } != nil)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let attempts = try await fleet.pool.query("SELECT outcome FROM chassis.attempt").rows
        #expect(try attempts.map { try $0.string("outcome") } == ["released"])
        #expect(try await fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run) == 1)
        await worker.killAndWait()
        await proxy.killAndWait()
        await fleet.close()
    }
}
