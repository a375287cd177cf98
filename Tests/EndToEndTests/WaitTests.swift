import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs that wait, with workers that are killed meanwhile.
@Suite(.serialized) struct WaitTests {
    @Test(.timeLimit(.minutes(3))) func endsWhenItWouldHaveEndedWithoutAKill() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let source = "name: pause\njobs: {work: {wait: {for: 40s}}}"
        let run = try await fleet.submit("pause", source, [.init(name: "work", kind: "wait")])
        // It knows when it began, and dies before it is set aside.
        let first = fleet.worker("first", failpoint: "after-checkpoint:begin#1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let second = fleet.worker("second")
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'time'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        await second.killAndWait()
        let third = fleet.worker("third")
        #expect(try await fleet.end(of: run) == "succeeded")
        let row = try await fleet.pool.query(
            """
            SELECT (output->>'until')::timestamptz - min(attempt.started_at) AS length,
                   (output->>'until')::timestamptz - interval '40 s' BETWEEN min(attempt.started_at) AND min(attempt.ended_at)
                       AS is_from_the_first,
                   done.ended_at >= (output->>'until')::timestamptz AS is_not_early, count(*) AS attempts
            FROM chassis.done JOIN chassis.attempt USING (job_id)
            GROUP BY output, done.ended_at
            """
        ).rows[0]
        let length = try row.string("length")
        #expect(try row.bool("is_from_the_first"), "\(length)")
        #expect(try row.bool("is_not_early"))
        // The lost one and the suspended one.
        #expect(try row.int("attempts") == 2)
        await third.killAndWait()
        await fleet.close()
    }
}
