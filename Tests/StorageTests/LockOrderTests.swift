import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Whoever takes several locks takes leases, then runs, then jobs that wait; so nobody waits in a circle.
@Suite(.timeLimit(.minutes(1))) struct LockOrderTests {
    /// Holds the lock of a run until each of the bodies, begun in their order, waits for it.
    private static func holding(
        _ run: RunID,
        _ fixture: QueueFixture,
        until bodies: [@Sendable () async throws -> Void]
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query(
                    "SELECT FROM chassis.live_run WHERE run_id = $1::bigint FOR UPDATE",
                    [.integer(run.rawValue)]
                )
                for (place, body) in bodies.enumerated() {
                    group.addTask { try await body() }
                    while try await waiting(fixture) <= place {}
                }
            }
            try await group.waitForAll()
        }
    }

    private static func waiting(_ fixture: QueueFixture) async throws -> Int {
        try await fixture.pool.query(
            """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        ).rows[0].int("n")
    }

    @Test func cancelsARunWhoseJobIsBeingClaimedByATurnThatWaitsForIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let first = try await fixture.claim(1)
        try await Self.holding(
            run,
            fixture,
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
        try await Self.holding(
            run,
            fixture,
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
