import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// What is paused is claimed by nobody, is in nobody's way, and is not lost.
@Suite struct PauseTests {
    private static let failure = JobFailure(code: "x", message: "y")

    @Test func jobsOfAPausedRunAreNotClaimedAndNotInTheWay() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        let paused = try await fixture.submit((0..<200).map { "j\($0)" }, priority: 9)
        #expect(try await pauses.pause(paused))
        let other = try await fixture.submit(["other"])
        #expect(try await fixture.claim().map(\.run) == [other])
        #expect(try await fixture.pending() == 0)
        #expect(try await fixture.held() == 200)
        let queues = try await pauses.resume(paused)
        #expect(queues?.count == 200)
        #expect(try await fixture.claim().count == 10)
        #expect(try await pauses.resume(paused) == nil)
    }

    /// A pause while its jobs are in every room: what runs ends, and whatever would make a job pending holds it.
    @Test func aPauseCatchesJobsInEveryRoom() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        let run = try await fixture.submit([
            ("ends", []), ("behind", ["ends"]), ("fails", []), ("waits", []), ("goes", []), ("pending", []),
        ]).run
        let jobs = Dictionary(uniqueKeysWithValues: try await fixture.claim(5).map { ($0.name, $0) })
        #expect(jobs.count == 5)
        let waits = try #require(jobs["waits"])
        _ = try await fixture.queue.suspend(waits.id, epoch: waits.epoch, Suspension(waitsFor: .event, detail: ""))
        #expect(try await pauses.pause(run))
        // Each way to become pending.
        _ = try await fixture.end([try #require(jobs["ends"])])
        let fails = try #require(jobs["fails"])
        _ = try await fixture.queue.delay(fails.id, epoch: fails.epoch, for: .zero, failure: Self.failure)
        _ = try await fixture.queue.readyDueJobs()
        let goes = try #require(jobs["goes"])
        _ = try await fixture.queue.release(goes.id, epoch: goes.epoch)
        _ = try await fixture.queue.resume([waits.id])
        try await fixture.loseWorkers()
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.pending() == 0)
        let states = try await fixture.states(of: run)
        #expect(states["ends"] == "succeeded")
        #expect(states.values.filter { $0 == "held" }.count == states.count - 1, "\(states)")
        #expect(try await pauses.resume(run) != nil)
        let again = try await fixture.claim()
        #expect(again.count == 5)
        _ = try await fixture.end(again)
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// Every process looks every few seconds: while nothing is to be done, nobody waits for the door.
    @Test(.timeLimit(.minutes(1))) func whatIsHeldAlreadyKeepsNobodyFromTheDoor() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        #expect(try await PauseStore(fixture.pool).pause(run))
        try await fixture.pool.transaction { connection in
            _ = try await connection.query(Statement.lockDoor)
            try await PauseStore(fixture.pool).holdAgain()
        }
        // What slipped through is found.
        _ = try await fixture.pool.query("UPDATE chassis.waiting SET is_gated = false WHERE reason = 'blocked'")
        try await PauseStore(fixture.pool).holdAgain()
        #expect(try await fixture.count("SELECT count(*) FROM chassis.waiting WHERE NOT is_gated") == 0)
    }

    /// Pauses a run of two jobs while somebody moves one of them, who goes on when the pause has taken the other one and something was
    /// done then.
    private static func pause(
        _ run: RunID,
        of fixture: QueueFixture,
        _ meanwhile: () async throws -> Void
    ) async throws {
        let other = PostgresPool(.init(conninfo: fixture.conninfo, applicationName: "test"), size: 2)
        try await other.withConnection { connection in
            try await connection.execute("BEGIN")
            let queue =
                "UPDATE chassis.ready SET losses = losses WHERE job_id = (SELECT min(job_id) FROM chassis.ready)"
            try await connection.execute(queue)
            async let pause = PauseStore(fixture.pool).pause(run)
            // It waits for this transaction by looking again.
            while try await fixture.held() == 0 { await Task.yield() }
            try await meanwhile()
            try await connection.execute("COMMIT")
            #expect(try await pause)
        }
    }

    /// Whoever claims just now holds rows that the pause wants: neither waits for the other, and both are right.
    @Test func aPauseWaitsForNobodyAndMissesNoJobThatIsMoved() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        try await Self.pause(run, of: fixture) {}
        #expect(try await fixture.pending() == 0)
        #expect(try await fixture.held() == 2)
    }

    /// Resumed while its pause still looks for jobs that are moved: what is pending by then stays so.
    @Test func aPauseThatIsStillLookingLeavesAResumedRunAlone() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        try await Self.pause(run, of: fixture) {
            let resumed = try await PauseStore(fixture.pool).resume(run)
            #expect(resumed != nil)
        }
        #expect(try await fixture.states(of: run) == ["a": "pending", "b": "pending"])
    }

    /// Resumed while somebody who has found it paused waits for the door.
    @Test func aLookThatCameTooLateLeavesAResumedRunAlone() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        #expect(try await pauses.pause(run))
        // There is something to do, as it seems.
        _ = try await fixture.pool.query("UPDATE chassis.waiting SET is_gated = false WHERE reason = 'blocked'")
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query(Statement.lockDoor)
                _ = try await connection.query(Statement.resumeRun, [.integer(run.rawValue)])
                _ = try await connection.query(Statement.releaseHeldJobs, [.array([run.rawValue])])
                let admitted = try await connection.query(Statement.admitJobs, [.integer(10), .null])
                #expect(admitted.rows.count == 1)
                group.addTask { try await pauses.holdAgain() }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.pending() == 1)
    }

    /// Whoever resumes it may be killed right behind the commit.
    @Test func theEndOfAWorkflowsPauseLetsGoOfAllItsRunsAtOnce() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        _ = try await fixture.submit(["a"])
        #expect(try await pauses.pause(workflow: "w"))
        let atThePause = "SELECT count(*) FROM chassis.waiting WHERE gate_id = 0"
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query(Statement.lockDoor)
                group.addTask {
                    let queues = try await pauses.resume(workflow: "w")
                    #expect(queues != nil)
                }
                while try await fixture.waitingForLocks() == 0 {}
                let submission = RunStore.Submission(
                    workflow: "w",
                    source: "source",
                    jobs: [.init(name: "b", kind: "llm")]
                )
                _ = try await RunStore.submit(submission, on: connection, now: nil)
                _ = try await connection.query(Statement.admitJobs, [.integer(10), .null])
                group.addTask {
                    // Whose turn it is when the resumption has committed, and who keeps it from doing more.
                    try await fixture.pool.transaction { behind in
                        _ = try await behind.query(Statement.lockDoor)
                        let left = try await fixture.count(atThePause)
                        #expect(left == 0)
                    }
                }
                while try await fixture.waitingForLocks() < 2 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.pending() == 2)
    }

    /// What an earlier version left at a pause that is over.
    @Test func whatStandsAtNoPauseIsLookedAtAnew() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        let left = try await fixture.submit([("a", [])]).run
        let paused = try await fixture.submit([("a", [])]).run
        for run in [left, paused] { #expect(try await pauses.pause(run)) }
        _ = try await fixture.pool.query(
            "UPDATE chassis.live_run SET paused_at = NULL WHERE run_id = $1::bigint",
            [.integer(left.rawValue)]
        )
        _ = try await Repair().pass(on: fixture.pool, isThorough: true)
        #expect(try await fixture.states(of: left) == ["a": "pending"])
        #expect(try await fixture.states(of: paused) == ["a": "held"])
    }

    @Test func aCancelledRunEndsAlsoWhilePaused() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        #expect(try await PauseStore(fixture.pool).pause(run))
        _ = try await fixture.runs.cancel(run)
        #expect(try await fixture.ending(of: run) == "cancelled")
        #expect(try await PauseStore(fixture.pool).pause(run) == false)
    }

    @Test func runsOfAPausedWorkflowStartHeld() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        #expect(try await pauses.pause(workflow: "w") == false, "nothing of that name yet")
        let before = try await fixture.submit(["a"])
        let running = try await fixture.claim()
        #expect(try await pauses.pause(workflow: "w"))
        let after = try await fixture.submit(["b"])
        let foreign = try await fixture.submit(["c"], workflow: "other")
        #expect(try await fixture.claim().map(\.run) == [foreign])
        _ = try await fixture.end(running)
        #expect(try await fixture.ending(of: before) == "succeeded")
        #expect(try await pauses.pause(after), "the run alone, too")
        #expect(try await pauses.resume(workflow: "w")?.isEmpty == true)
        #expect(try await fixture.claim().isEmpty)
        #expect(try await pauses.resume(after)?.count == 1)
        #expect(try await fixture.claim().map(\.run) == [after])
    }

    @Test func nothingIsClaimedFromAPausedQueueNorFromItsLabels() async throws {
        let fixture = try await QueueFixture.make()
        let pauses = PauseStore(fixture.pool)
        _ = try await fixture.submit(["a"])
        try await pauses.pause(queue: "default")
        #expect(try await fixture.claim().isEmpty)
        let labelled = try await fixture.queue.turn(session: fixture.session, queue: "default;gpu=a", limit: 5)
        #expect(labelled.claimed.isEmpty)
        #expect(try await pauses.resume(queue: "default"))
        #expect(try await fixture.claim().count == 1)
        #expect(try await pauses.resume(queue: "default") == false)
    }
}
