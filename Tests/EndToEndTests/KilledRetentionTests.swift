import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A scheduler is killed between the rows and the journals of the runs that it deletes.
@Suite struct KilledRetentionTests {
    @Test(.timeLimit(.minutes(5))) func theNextSchedulerRemovesTheJournals() async throws {
        let fleet = try await Fleet.make()
        let worker = fleet.worker("w")
        let run = try await fleet.submit(
            "old",
            "name: old\njobs: {a: {command: [echo, a]}}\n",
            [.init(name: "a", kind: "command")]
        )
        #expect(try await fleet.end(of: run) == "succeeded")
        let journal = try await fleet.journal(of: run, epoch: 1)
        await worker.killAndWait()
        _ = try await fleet.pool.query("UPDATE chassis.ended_run SET ended_at = now() - interval '1 year'")
        let victim = await fleet.scheduler(failpoint: "after-prune")
        #expect(await victim.ended() == .signalled(SIGKILL), "\(victim.output)")
        #expect(try await fleet.number("SELECT count(*) AS n FROM chassis.run WHERE run_id = $1::bigint", of: run) == 0)
        #expect(access(journal, F_OK) == 0)
        // A minute goes by.
        _ = try await fleet.pool.query("UPDATE chassis.pruned_run SET next_at = next_at - interval '1 minute'")
        let next = await fleet.scheduler()
        _ = try await fleet.wait(
            for: run,
            until: "SELECT WHERE NOT EXISTS (SELECT FROM chassis.pruned_run WHERE $1::bigint > 0)"
        )
        #expect(access(journal, F_OK) == -1)
        #expect(access("\(fleet.directory)/store/runs/\(run)", F_OK) == -1, "\(next.output)")
        await next.killAndWait()
        await fleet.close()
    }
}
