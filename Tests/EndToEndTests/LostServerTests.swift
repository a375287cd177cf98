import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Postgres dies in the middle of an agent, and is back, or another in its place, before the lease ends.
@Suite(.serialized) struct LostServerTests {
    enum Death: CaseIterable {
        /// The whole server is killed, and started again.
        case server
        /// One of its processes is killed; it drops all connections and recovers.
        case backend
        /// The whole server is killed, and its standby promoted.
        case failover
    }

    @Test(.timeLimit(.minutes(5)), arguments: Death.allCases, [false, true])
    func costsNothing(_ death: Death, duringTool: Bool) async throws {
        let cluster = await PostgresCluster.make(isDurable: true)
        await cluster.start()
        let standby = death == .failover ? try await PostgresCluster.make(following: cluster) : nil
        let fleet = try await Fleet.make(on: cluster, standby: standby)
        let scheduler = await fleet.scheduler()
        let gate = fleet.directory + "/gate"
        #expect(mkfifo(gate, 0o666) == 0)
        // The fifth turn waits at the provider, or the first tool call of all until it is let go.
        if !duringTool { await fleet.hold(turn: 5) }
        let wait = "mkdir \(fleet.directory)/began 2>/dev/null && { echo waiting >&2; cat \(gate); }"
        let run = try await fleet.submitAgent(also: duringTool ? wait : "true")
        let worker = fleet.worker("only", arguments: ["--lease", "60s"])
        if duringTool {
            _ = try await fleet.wait(
                for: run,
                until: "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line LIKE '%waiting'"
            )
        } else {
            await fleet.untilHeld()
        }
        try await kill(cluster, death, fleet)
        // The call ends while the server is away or just back.
        if duringTool {
            _ = await ChildProcess(["sh", "-c", "printf go > \(gate)"]).ended()
        } else {
            await fleet.release()
        }
        if death == .server { await cluster.start() }
        try await standby?.promote()

        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let done = try await fleet.pool.query(
            "SELECT epoch, attempt, failures, losses FROM chassis.done WHERE run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows[0]
        let counts = try ["epoch", "attempt", "failures", "losses"].map { try done.int($0) }
        #expect(counts == [1, 1, 0, 0], "\(worker.output)")
        let bill = try fleet.bill()
        #expect(bill.needed == 10 && bill.billed == 10)
        #expect(try fleet.notes().count == 10)
        let rows = try await StepRows(of: run, on: fleet.pool)
        for step in Boundary.steps {
            #expect(rows.recorded(step) == 1 && rows.open(step) == 0 && rows.unknown(step) == 0, "\(step)")
        }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
        await cluster.stop()
        await standby?.stop()
    }

    private func kill(_ cluster: PostgresCluster, _ death: Death, _ fleet: Fleet) async throws {
        switch death {
        case .server, .failover: await cluster.stop(SIGKILL)
        case .backend:
            let pid = try await fleet.pool.query(
                "SELECT pid AS n FROM pg_stat_activity WHERE application_name = 'chassis-worker session'"
            ).rows[0].int("n")
            _ = Glibc.kill(pid_t(pid), SIGKILL)
        }
    }
}
