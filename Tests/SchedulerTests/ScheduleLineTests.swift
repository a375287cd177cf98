import JobModel
import Postgres
import Storage
import Testing

@testable import Scheduler

/// Due times that wait for the end of runs, one behind the other.
@Suite(.timeLimit(.minutes(5))) struct ScheduleLineTests {
    /// A schedule that is due every ten seconds, for the first time at the beginning of 2100.
    private static func deploy(_ scene: APIScene) async throws {
        let source = """
            name: w
            triggers: [{every: 10s, name: s, overlap: queue-all, catchup: latest}]
            jobs: {a: {command: [x]}}
            """
        let answer = try await scene.post(
            "/v1/workflows",
            ["files": [["workflow": .string(source), "file": "w.yaml"]]]
        )
        #expect(answer.status == 200, "\(answer)")
        _ = try await scene.pool.query(
            "UPDATE chassis.schedule SET next_due = '2100-01-01T00:00:00Z', next_at = '2100-01-01T00:00:00Z'"
        )
    }

    /// Each run takes longer than it is from one due time to the next, so the line of those that wait grows.
    @Test func whatWaitsInALineIsNotMissedWhateverCatchupSays() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            let starter = ScheduleStarter(scene.pool)
            let runs = RunStore(scene.pool)
            var run = try #require(try await starter.startNext(now: "2100-01-01T00:00:00Z")?.run)
            #expect(try await starter.startNext(now: "2100-01-01T00:00:10Z")?.run == nil)
            for ended in ["2100-01-01T00:01:35Z", "2100-01-01T00:03:10Z", "2100-01-01T00:04:45Z"] {
                _ = try await runs.cancel(run)
                try await ScheduleStore(scene.pool).unblock()
                run = try #require(try await starter.startNext(now: ended)?.run)
                #expect(try await starter.startNext(now: ended)?.run == nil)
            }
            let started = try await scene.pool.query(
                """
                SELECT extract(epoch FROM due_at - '2100-01-01T00:00:00Z')::bigint AS seconds
                FROM chassis.due_time ORDER BY due_at
                """
            )
            #expect(try started.rows.map { try $0.int64("seconds") } == [0, 10, 20, 30])
        }
    }

    /// A line that has come to its end is none any more.
    @Test func whatIsLateAfterTheLineHasEndedIsMissed() async throws {
        try await APIScene.play { scene async throws in
            try await Self.deploy(scene)
            let starter = ScheduleStarter(scene.pool)
            let first = try #require(try await starter.startNext(now: "2100-01-01T00:00:00Z")?.run)
            #expect(try await starter.startNext(now: "2100-01-01T00:00:10Z")?.run == nil)
            _ = try await RunStore(scene.pool).cancel(first)
            try await ScheduleStore(scene.pool).unblock()
            #expect(try await starter.startNext(now: "2100-01-01T00:00:15Z")?.run != nil)
            let row = try await scene.pool.query(
                "SELECT FROM chassis.schedule WHERE NOT is_queued AND next_due = '2100-01-01T00:00:20Z'"
            )
            #expect(row.rows.count == 1)
        }
    }
}
