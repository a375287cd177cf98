import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// What comes back to a run after its cancellation has looked is ended all the same, by the next thorough pass.
@Suite(.timeLimit(.minutes(5))) struct CancellationRaceTests {
    /// Neither sees the other: the cancellation finds the job running, its worker finds the run not cancelled.
    @Test func aJobThatFailsBesideTheCancellationIsNotWaitedFor() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let job = try #require(try await fixture.claim().first)
        try await fixture.pool.transaction { connection in
            let hour: Int64 = 3_600_000_000
            let delayed = try await connection.query(
                Statement.delayJob,
                [.integer(job.id.rawValue), .integer(job.epoch.rawValue), .integer(hour), .json("{}"), .null]
            )
            #expect(delayed.rows.count == 1)
            #expect(try await fixture.runs.cancel(run)?.running == 1)
        }
        #expect(try await fixture.states(of: run) == ["a": "delayed", "b": "cancelled"])
        // What every scheduler and worker does every few seconds.
        _ = try await Repair().pass(on: fixture.pool, isThorough: true)
        #expect(try await fixture.ending(of: run) == "cancelled")
    }

    /// The worker that was to end it is lost, and a limit is full by then.
    @Test func aJobOfALostWorkerIsNotHeldByALimit() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(["only"], gates: [.jobs(1)])
        let other = try await fixture.submit(["only"], gates: [.jobs(1)])
        #expect(try await fixture.claim().map(\.run) == [run])
        #expect(try await fixture.runs.cancel(run)?.running == 1)
        try await fixture.loseWorkers()
        _ = try await fixture.gates.admit()
        #expect(try await fixture.states(of: run) == ["only": "held"])
        #expect(try await fixture.claim().map(\.run) == [other])
        #expect(try await fixture.runs.cancelStrays() == [])
        #expect(try await fixture.ending(of: run) == "cancelled")
        #expect(try await fixture.states(of: other) == ["only": "running"])
    }

    /// Jobs that always run go on, however often somebody looks.
    @Test func jobsThatAlwaysRunAreLeft() async throws {
        let fixture = try await QueueFixture.make()
        let jobs: [RunStore.NewJob] = [
            .init(name: "a", kind: "llm"), .init(name: "close", kind: "llm", needs: ["a"], rule: "always"),
            .init(name: "report", kind: "llm", needs: ["close"], rule: "always"),
        ]
        let run = try await fixture.runs.submit(.init(workflow: "w", source: "s", jobs: jobs)).run
        let job = try #require(try await fixture.claim().first)
        _ = try await fixture.runs.cancel(run)
        #expect(try await fixture.queue.release(job.id, epoch: job.epoch) == "default")
        #expect(try await fixture.runs.cancelStrays() == ["default"])
        #expect(try await fixture.runs.cancelStrays() == [])
        #expect(try await fixture.states(of: run) == ["a": "cancelled", "close": "pending", "report": "blocked"])
        for _ in 0..<2 {
            _ = try await fixture.end(fixture.claim())
            #expect(try await fixture.runs.cancelStrays() == [])
        }
        #expect(try await fixture.states(of: run) == ["a": "cancelled", "close": "succeeded", "report": "succeeded"])
        #expect(try await fixture.ending(of: run) == "cancelled")
    }

    /// A job that always runs is left out of a cancellation, and so is what it has started; whoever closes that job ends it.
    @Test func whatAnAlwaysJobHasStartedGoesOn() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(
            workflow: "child",
            source: "child's source",
            jobs: [.init(name: "only", kind: "llm", queue: "below")]
        )
        _ = try await fixture.runs.cancel(fixture.runs.submit(submission).run)
        let jobs: [RunStore.NewJob] = [
            .init(name: "close", kind: "workflow", rule: "always"), .init(name: "a", kind: "llm"),
        ]
        let run = try await fixture.runs.submit(.init(workflow: "w", source: "s", jobs: jobs)).run
        let held = try await fixture.claim()
        let close = try #require(held.first { $0.name == "close" })
        let child = try #require(try await ChildStore(fixture.pool).start(submission, call: .only, for: close))
        for _ in 0..<2 { _ = try await fixture.runs.cancel(run) }
        #expect(try await fixture.states(of: child) == ["only": "pending"])
        let turn = try await fixture.queue.turn(session: fixture.session, queue: "below", limit: 1)
        _ = try await fixture.end(turn.claimed)
        #expect(try await fixture.ending(of: child) == "succeeded")
        _ = try await fixture.end(held.filter { $0.name == "a" }, .cancelled)
        _ = try await fixture.end([close])
        #expect(try await fixture.states(of: run) == ["a": "cancelled", "close": "succeeded"])
        #expect(try await fixture.ending(of: run) == "cancelled")
    }

    /// A child that goes on although its parent was cancelled is another run: it was retried alone.
    @Test func onlyTheRunItselfIsCancelledAgain() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(
            workflow: "child",
            source: "child's source",
            jobs: [.init(name: "only", kind: "llm", queue: "below")]
        )
        _ = try await fixture.runs.cancel(fixture.runs.submit(submission).run)
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let held = try await fixture.claim()
        let child = try #require(try await ChildStore(fixture.pool).start(submission, call: .only, for: held[0]))
        _ = try await fixture.runs.cancel(run)
        #expect(try await fixture.runs.retry(child, .init()) == .goesOn(queues: ["below"]))
        #expect(try await fixture.queue.release(held[0].id, epoch: held[0].epoch) == "default")
        #expect(try await fixture.runs.cancelStrays() == [])
        #expect(try await fixture.states(of: run) == [held[0].name: "cancelled", held[1].name: "running"])
        #expect(try await fixture.states(of: child) == ["only": "pending"])
    }

    /// Whoever found the run cancelled waits for those who end it and bring it back to life.
    @Test func aRunThatWasRetriedMeanwhileIsNotCancelledAgain() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        _ = try await fixture.runs.cancel(run)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await RunStore.cancel(run, isLate: false, on: connection, now: nil)
                #expect(try await RunStore.retry(run, .init(), on: connection, now: nil) == ["default"])
                group.addTask { _ = try await fixture.runs.cancelStrays() }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.states(of: run) == ["a": "pending"])
        #expect(try await fixture.count("SELECT count(*) FROM chassis.live_run WHERE cancelled_at IS NOT NULL") == 0)
    }
}
