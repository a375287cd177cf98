import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Whoever takes several locks takes leases, then runs, then jobs that wait; so nobody waits in a circle.
@Suite(.timeLimit(.minutes(5))) struct LockOrderTests {
    @Test func cancelsARunWhoseJobIsBeingClaimedByATurnThatWaitsForIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let first = try await fixture.claim(1)
        try await fixture.holding(
            run,
            until: [
                { _ = try #require(await fixture.runs.cancel(run)) },
                {
                    // It has claimed b, and waits for the run to count a off.
                    let turn = try await fixture.queue.turn(
                        session: fixture.session,
                        ending: first.map { JobEnding(of: $0, .succeeded(.null)) },
                        queue: "default",
                        limit: 1
                    )
                    #expect(turn.ended.count == 1)
                    #expect(turn.claimed.map(\.name) == ["b"])
                },
            ]
        )
        #expect(try await fixture.states(of: run) == ["a": "succeeded", "b": "running"])
    }

    @Test func leavesTheJobsThatAZombieIsEndingToIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.pool.query("UPDATE chassis.session SET ended_at = now(), end_reason = 'process gone'")
        try await fixture.holding(
            run,
            until: [
                {
                    let turn = try await fixture.end(jobs)
                    #expect(turn.ended.count == 2)
                }
            ]
        )
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// A run below the first of two is older than the second one, and a worker ends jobs of both at once.
    @Test func locksTheRunsBelowAMappedJobInTheirOrder() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("each", [])]).run
        let parent = try #require(try await fixture.claim().first)
        let maps = MapStore(fixture.pool)
        _ = try await maps.begin(parent, items: 2, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([0, 1], from: 0, to: parent)
        let items = try await fixture.claim()
        let children = ChildStore(fixture.pool)
        let submission = RunStore.Submission(workflow: "c", source: "c", jobs: [.init(name: "only", kind: "llm")])
        func start(_ job: ClaimedJob) async throws -> (run: RunID, job: ClaimedJob) {
            let run = try #require(try await children.start(submission, call: .only, for: job))
            return (run, try #require(try await fixture.claim().first))
        }
        let first = try await start(items[0])
        let below = try await start(first.job)
        let second = try await start(items[1])
        #expect(run < first.run && first.run < below.run && below.run < second.run)
        for item in items {
            _ = try await fixture.queue.suspend(item.id, epoch: item.epoch, Suspension(waitsFor: .run, detail: ""))
        }
        try await fixture.holding(
            second.run,
            until: [
                { _ = try await maps.stop(parent) },
                {
                    let turn = try await fixture.end([below.job, second.job])
                    #expect(turn.ended.count == 2)
                },
            ]
        )
        #expect(try await fixture.ending(of: below.run) != nil)
    }

    /// A debounced submission changes a limit, which takes the door, and withdraws the run before, which is being paused.
    @Test func takesTheDoorBeforeARunThatIsReplaced() async throws {
        let fixture = try await QueueFixture.make()
        @Sendable func submit(_ most: Int) async throws -> RunID {
            var submission = RunStore.Submission(workflow: "w", source: "s", jobs: [.init(name: "a", kind: "llm")])
            submission.jobs[0].gates = [.jobs(most, "k")]
            submission.start = StartRule(kind: .debounce(wait: .seconds(3600), atMost: nil), key: "k")
            return try await fixture.runs.submit(submission).run
        }
        let first = try await submit(1)
        try await fixture.holding(
            first,
            until: [{ _ = try await submit(2) }, { _ = try await PauseStore(fixture.pool).pause(first) }]
        )
        #expect(try await fixture.ending(of: first) == "cancelled")
    }

    /// Whoever cancels runs holds some of their jobs, and waits for others.
    @Test func endsAPauseWithoutWaitingForJobs() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", []), ("b", [])])
        let pauses = PauseStore(fixture.pool)
        #expect(try await pauses.pause(workflow: "w"))
        try await fixture.pool.transaction { connection in
            _ = try await connection.query("SELECT FROM chassis.waiting ORDER BY job_id LIMIT 1 FOR UPDATE")
            #expect(try await pauses.resume(workflow: "w")?.count == 1)
        }
        try await pauses.releaseUnpaused()
        _ = try await fixture.gates.admit()
        #expect(try await fixture.claim().map(\.name).sorted() == ["a", "b"])
    }

    /// Two that start many runs in a transaction start those of the same keys the other way round.
    @Test func makesTheGatesOfManyRunsInOneOrder() async throws {
        let fixture = try await QueueFixture.make()
        let submissions = ["a", "b"].map { key in
            var submission = RunStore.Submission(workflow: "w", source: "s", jobs: [.init(name: "a", kind: "llm")])
            submission.jobs[0].gates = [.jobs(1, key)]
            return submission
        }
        _ = try await fixture.runs.submit(.init(workflow: "w", source: "s", jobs: [.init(name: "a", kind: "llm")]))
        @Sendable func start(
            _ submissions: [RunStore.Submission],
            between body: () async throws -> Void
        ) async throws {
            try await fixture.pool.transaction { connection in
                try await RunStore.makeGates(of: submissions, on: connection)
                try await body()
                for submission in submissions { _ = try await RunStore.submit(submission, on: connection, now: nil) }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await start(submissions) {
                group.addTask { try await start(submissions.reversed()) {} }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.held() + fixture.pending() == 5)
    }

    @Test func countsEveryNeedOffWhenTheyEndAtTheSameTime() async throws {
        let fixture = try await QueueFixture.make()
        let needed = (0..<20).map { "n\($0)" }
        let run = try await fixture.submit(needed.map { ($0, []) } + [("last", needed), ("other", needed)]).run
        let jobs = try await fixture.claim(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in jobs { group.addTask { _ = try await fixture.end([job]) } }
            try await group.waitForAll()
        }
        let states = try await fixture.states(of: run)
        #expect(states["last"] == "pending")
        #expect(states["other"] == "pending")
    }
}
