import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// All schedulers are killed in the middle of a run: workers and Postgres carry it to its end.
@Suite struct NoSchedulerTests {
    @Test(.timeLimit(.minutes(5))) func endsThreeDependentJobs() async throws {
        let fleet = try await Fleet.make()
        let schedulers = [await fleet.scheduler(), await fleet.scheduler()]
        let worker = fleet.worker("only")
        // The first job ends when it is let go, and all schedulers are dead by then.
        let gate = fleet.directory + "/gate"
        #expect(mkfifo(gate, 0o666) == 0)
        let source = """
            name: three
            jobs:
              a: {command: [cat, \(gate)]}
              b: {command: [echo, "${{ jobs.a.output }}-b"], needs: [a]}
              c: {command: [echo, "${{ jobs.b.output }}-c"], needs: [b]}
            """
        let run = try await fleet.submit(
            "three",
            source,
            [
                .init(name: "a", kind: "command"), .init(name: "b", kind: "command", needs: ["a"]),
                .init(name: "c", kind: "command", needs: ["b"]),
            ]
        )
        _ = try await fleet.wait(for: run, until: "SELECT FROM chassis.lease WHERE run_id = $1::bigint")
        for scheduler in schedulers { await scheduler.killAndWait() }
        _ = await ChildProcess(["sh", "-c", "printf go > \(gate)"]).ended()
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let output = try await fleet.pool.query(
            "SELECT output#>>'{}' AS text FROM chassis.done JOIN chassis.job USING (job_id) WHERE name = 'c'"
        )
        #expect(try output.rows[0].string("text") == "go-b\n-c\n")
        await worker.killAndWait()
        await fleet.close()
    }

    /// With no scheduler at all a worker that dies is noticed by the others.
    @Test(.timeLimit(.minutes(5))) func rescuesTheJobsOfADeadWorker() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let run = try await fleet.submitAgent()
        let first = fleet.worker("first", failpoint: "after-checkpoint:2")
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        let reason = try await fleet.pool.query(
            "SELECT error->>'code' AS code FROM chassis.attempt WHERE outcome = 'lost'"
        )
        #expect(try reason.rows.map { try $0.string("code") } == ["worker-lost"])
        await second.killAndWait()
        await fleet.close()
    }
}
