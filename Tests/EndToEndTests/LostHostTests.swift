import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The host of a worker stops or is cut off: nothing tells that it is gone, but its lease.
@Suite(.serialized) struct LostHostTests {
    /// A worker and every process it has started are stopped in the middle of a tool call.
    @Test(.timeLimit(.minutes(3))) func anotherWorkerGoesOnWhenAWorkerAndItsProgramsAreFrozen() async throws {
        let fleet = try await Fleet.make()
        let scheduler = await fleet.scheduler()
        // The first call of all waits until it is stopped.
        let wait = "mkdir \(fleet.directory)/began 2>/dev/null && { echo waiting >&2; sleep 300; }"
        let run = try await fleet.submitAgent(also: wait)
        let first = fleet.worker("first", arguments: ["--lease", "25s"])
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line LIKE '%waiting'"
        )
        let second = await Self.another(on: fleet)
        let programs = Descendants.of(first.pid)
        #expect(programs.count >= 2, "the guard and its program")
        for process in [first.pid] + programs { kill(process, SIGSTOP) }

        try await expectTakeover(of: run, after: 25_000, on: fleet)

        for process in programs + [first.pid] { kill(process, SIGCONT) }
        _ = await first.line { $0.contains("the lease was lost") }
        // Its programs end with its work, and it goes on under another session.
        await Descendants.noneIsLeft(below: first.pid)
        await second.killAndWait()
        try await expectNewWork(of: first, on: fleet)
        try await expectNothingChanged(run, on: fleet)
        await first.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// The link between a worker and the rest of the world carries nothing any more, and much later carries again.
    @Test(
        .timeLimit(.minutes(4)),
        .enabled("network namespaces need root, iproute2 and a kernel that allows them", NetworkNamespace.isAllowed)
    )
    func anotherWorkerGoesOnWhenTheNetworkIsCut() async throws {
        let host = await NetworkNamespace.make()
        let cluster = await PostgresCluster.make(address: host.address)
        await cluster.start()
        let fleet = try await Fleet.make(on: cluster, host: host.address)
        let scheduler = await fleet.scheduler()
        await fleet.hold(turn: 4)
        let run = try await fleet.submitAgent()
        let first = fleet.worker(
            "first",
            arguments: ["--lease", "30s"],
            through: host.prefix,
            to: cluster.remoteConninfo(of: fleet.conninfo)
        )
        await fleet.untilHeld()
        let second = await Self.another(on: fleet)
        await host.cut()

        try await expectTakeover(of: run, after: 30_000, on: fleet)
        // It fences itself although nobody can tell it anything.
        let fence = await first.line { $0.contains("the lease was lost") } ?? ""
        let isInTime = try await fleet.pool.query(
            "SELECT $1::timestamptz < lease_expires_at AS is_in_time FROM chassis.session WHERE worker = 'first'",
            [.text(String(fence.prefix { $0 != " " }))]
        ).rows[0].bool("is_in_time")
        #expect(isInTime, "\(first.output)")
        // It stays, however long that takes.
        let patience = await first.line { $0.contains("no new session could be begun yet") }
        #expect(patience != nil, "\(first.output)")
        await host.heal()
        await fleet.release()
        await second.killAndWait()
        try await expectNewWork(of: first, on: fleet)
        try await expectNothingChanged(run, on: fleet)
        await first.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
        await cluster.stop()
        await host.close()
    }

    /// A cut that is shorter than the lease costs nothing but the time it takes.
    @Test(
        .timeLimit(.minutes(3)),
        .enabled("network namespaces need root, iproute2 and a kernel that allows them", NetworkNamespace.isAllowed)
    )
    func theWorkerGoesOnWhenTheNetworkIsBackInTime() async throws {
        let host = await NetworkNamespace.make()
        let cluster = await PostgresCluster.make(address: host.address)
        await cluster.start()
        let fleet = try await Fleet.make(on: cluster, host: host.address)
        let scheduler = await fleet.scheduler()
        await fleet.hold(turn: 4)
        let run = try await fleet.submitAgent()
        let first = fleet.worker(
            "first",
            arguments: ["--lease", "30s"],
            through: host.prefix,
            to: cluster.remoteConninfo(of: fleet.conninfo)
        )
        await fleet.untilHeld()
        await host.cut()
        let second = fleet.worker("second")
        // A renewal is under way meanwhile, and gets no answer.
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.session WHERE worker = 'first' AND renewed_at < now() - interval '10.5 s'
                AND EXISTS (SELECT FROM chassis.lease WHERE run_id = $1::bigint)
                """
        )
        await host.heal()
        await fleet.release()
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try await fleet.number("SELECT epoch AS n FROM chassis.done WHERE run_id = $1::bigint", of: run) == 1)
        #expect(try fleet.bill().billed == 10)
        #expect(try fleet.notes().count == 10)
        await first.killAndWait()
        await second.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
        await cluster.stop()
        await host.close()
    }

    /// A worker that has a session already.
    private static func another(on fleet: Fleet) async -> ChildProcess {
        let worker = fleet.worker("second")
        _ = await worker.line { $0.contains("the session has begun") }
        return worker
    }

    /// The second attempt begins when the lease of the first one's worker is over, by the database's own clock, and succeeds.
    ///
    /// The time that the scheduler takes to see that is measured in its own statements, of which it makes some thirty a second
    /// when it has nothing else to do.
    ///
    /// - Parameter lease: In milliseconds.
    private func expectTakeover(of run: RunID, after lease: Int, on fleet: Fleet) async throws {
        let over: PostgresStatement = """
            SELECT (SELECT max(query_start) FROM pg_stat_activity
                    WHERE application_name = 'chassis-scheduler' AND datname = current_database())::text AS at
            FROM chassis.session WHERE worker = 'first' AND lease_expires_at <= now() AND end_reason IS NULL
            """
        let ended: PostgresStatement = """
            SELECT FROM chassis.session WHERE worker = 'first' AND end_reason IS NOT NULL
            """
        var looks: Set<String> = []
        while try await fleet.pool.query(ended).rows.isEmpty {
            for row in try await fleet.pool.query(over).rows { looks.insert(try row.string("at")) }
            _ = try await fleet.pool.query("SELECT pg_sleep(0.02)")
        }
        #expect(looks.count < 50)
        #expect(try await fleet.end(of: run) == "succeeded")
        let row = try await fleet.pool.query(
            """
            SELECT session.end_reason, (1000 * extract(epoch FROM done.started_at - session.renewed_at))::integer AS ms
            FROM chassis.done JOIN chassis.attempt USING (job_id)
            JOIN chassis.session ON session.session_id = attempt.session_id
            WHERE done.run_id = $1::bigint AND attempt.epoch = 1 AND done.epoch = 2
            """,
            [.integer(run.rawValue)]
        ).rows[0]
        #expect(try row.string("end_reason") == "lease expired")
        // The lease counts from its last renewal.
        #expect(try row.int("ms") >= lease)
    }

    /// The run is as the second attempt left it.
    private func expectNothingChanged(_ run: RunID, on fleet: Fleet) async throws {
        let row = try await fleet.pool.query(
            "SELECT state, epoch, output#>>'{}' AS output FROM chassis.done WHERE run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows[0]
        #expect(try "\(row.string("state")) \(row.int("epoch")) \(row.string("output"))" == "succeeded 2 all done")
        let bill = try fleet.bill()
        let rows = try await StepRows(of: run, on: fleet.pool)
        #expect(bill.needed == 10)
        for (number, step) in zip(1..., Boundary.turns) {
            #expect(bill.billedByTurn[number, default: 0] <= 1 + rows.unknown(step), "\(step)")
        }
        let notes = try fleet.notes()
        for (step, item) in Boundary.items {
            #expect((1...1 + rows.unknown(step)).contains(notes.filter { $0 == item }.count), "\(step)")
        }
        for step in Boundary.steps { #expect(rows.recorded(step) == 1, "\(step)") }
    }

    /// A worker takes what is new.
    private func expectNewWork(of worker: ChildProcess, on fleet: Fleet) async throws {
        let run = try await fleet.submitAgent(tag: "new-work")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let name = try await fleet.pool.query(
            "SELECT worker FROM chassis.done JOIN chassis.session USING (session_id) WHERE run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows[0].string("worker")
        #expect(name == "first")
    }
}
