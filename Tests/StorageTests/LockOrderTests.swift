import JobModel
import Postgres
import Storage
import TestSupport
import Testing

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
