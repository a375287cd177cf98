import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A worker is killed, frozen or asked to stop in the middle of an agent; another one takes over.
@Suite(.serialized) struct KilledWorkerTests {
    @Test(.timeLimit(.minutes(5))) func neverRepeatsACallWhoseEffectIsOnce() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let run = try await fleet.submitAgent(effect: "once")
        // The fourth answer that is whole and not recorded is that of the tool call in the second turn.
        let first = fleet.worker("first", failpoint: "after-answer:5")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let notes = try fleet.notes().count
        let second = fleet.worker("second")
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'effect'"
        )
        #expect(try fleet.notes().count == notes)
        let approvals = ApprovalStore(fleet.pool)
        let question = try #require(try await approvals.approvals(isOpen: true, run: run).first)
        #expect(question.kind == .effect)
        let saying = ApprovalStore.Saying(
            actor: "ann",
            verdict: .failed,
            digest: ApprovalDigest.of(.effect, question.request),
            reason: "it is late"
        )
        #expect(try await approvals.decide(question.id, of: question.jobID, saying)?.state == .failed)
        #expect(try await fleet.end(of: run) == "failed")
        #expect(try fleet.notes().count == notes)
        let error = try await fleet.pool.query("SELECT error->>'code' AS code FROM chassis.done").rows[0].string("code")
        #expect(error == "outcome-unknown")
        await second.killAndWait()
        await fleet.close()
    }

    /// What becomes of a statement of which nobody knows whether it was carried out, its job says.
    @Test(.timeLimit(.minutes(5))) func aJobSaysWhatBecomesOfAnUnknownOutcome() async throws {
        let fleet = try await Fleet.make()
        let connections = fleet.directory + "/databases.yaml"
        Fleet.write(
            "connections: {db: {kind: sqlite, path: \"\(fleet.directory)/db\"}}",
            to: connections
        )
        Fleet.write("", to: fleet.directory + "/db")
        let scheduler = await fleet.scheduler()
        for (unknown, state) in [("fail", "failed"), ("retry", "succeeded")] {
            let run = try await fleet.submit(
                "insert",
                """
                name: insert
                jobs:
                  work:
                    sql:
                      connection: db
                      query: CREATE TABLE IF NOT EXISTS \(unknown) (n)
                      access: write
                      effect: once
                      unknown: \(unknown)
                """,
                [.init(name: "work", kind: "sql")]
            )
            let arguments = ["--connections", connections]
            let first = fleet.worker("first", failpoint: "after-answer:sql#1", arguments: arguments)
            #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
            let second = fleet.worker("second", arguments: arguments)
            #expect(try await fleet.end(of: run) == state, "\(second.output)")
            if state == "failed" { #expect(try await fleet.error(of: run).contains("outcome-unknown")) }
            await second.killAndWait()
        }
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// A worker that is stopped past its lease and woken changes nothing.
    @Test(.timeLimit(.minutes(3))) func changesNothingWhenItIsWokenAfterItsLease() async throws {
        let fleet = try await Fleet.make(turns: 4)
        let run = try await fleet.submitAgent()
        let first = fleet.worker("first", failpoint: "after-answer:3:stop", arguments: ["--lease", "30s"])
        while !Descendants.isStopped(first.pid) { _ = try await fleet.pool.query("SELECT pg_sleep(0.02)") }
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.session WHERE end_reason IS NULL AND lease_expires_at < now()
                AND EXISTS (SELECT FROM chassis.live_run WHERE run_id = $1::bigint)
                """
        )
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        first.signal(SIGCONT)
        _ = await first.line { $0.contains("the session has begun") && !$0.contains("session.id=1 ") }
        let jobs = try await fleet.pool.query("SELECT state, epoch FROM chassis.done").rows
        #expect(try jobs.map { "\(try $0.string("state")) \(try $0.int("epoch"))" } == ["succeeded 2"])
        // The call whose answer it kept to itself stays one whose outcome nobody knows.
        let steps = try await fleet.pool.query("SELECT state FROM chassis.step WHERE epoch = 1 AND state = 'unknown'")
        #expect(steps.rows.count >= 1)
        await first.killAndWait()
        await second.killAndWait()
        await fleet.close()
    }

    /// SIGTERM in the middle: released at the next step boundary, no attempt spent.
    @Test(.timeLimit(.minutes(5))) func releasesItsJobsWhenItIsAskedToStop() async throws {
        let fleet = try await Fleet.make()
        let run = try await fleet.submitAgent()
        let first = fleet.worker("first")
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.step JOIN chassis.job USING (job_id)
                WHERE run_id = $1::bigint AND step.position = 't0002' AND state = 'recorded'
                """
        )
        first.signal(SIGTERM)
        #expect(await first.ended() == .exited(0), "\(first.output)")
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try await fleet.number("SELECT attempt AS n FROM chassis.done WHERE run_id = $1::bigint", of: run) == 1)
        #expect(try fleet.bill().billed == 10)
        await second.killAndWait()
        await fleet.close()
    }
}
