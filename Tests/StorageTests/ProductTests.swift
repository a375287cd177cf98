import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A job's ending and what it tells of its assets are one: both are there, or neither.
@Suite(.timeLimit(.minutes(5))) struct ProductTests {
    private static func ending(_ job: ClaimedJob, _ outcome: JobEnding.Outcome = .succeeded(1)) throws -> JobEnding {
        let products = [
            try NewEvent(name: "asset:a", data: ["rows": 3]), try NewEvent(name: "asset:a", key: "1"),
            try NewEvent(name: "asset:b/c"),
        ]
        return JobEnding(of: job, outcome, products: products)
    }

    private static func end(_ fixture: QueueFixture, _ endings: [JobEnding]) async throws -> Set<JobID> {
        try await fixture.queue.turn(session: fixture.session, ending: endings, queue: "default", limit: 0).ended
    }

    private static func told(_ fixture: QueueFixture) async throws -> [String] {
        try await EventStore(fixture.pool).list().reversed().map { "\($0.name) \($0.key ?? "-") \($0.data.text())" }
    }

    @Test func aJobThatSucceedsTellsOfItsAssetsOnce() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let job = try #require(try await fixture.claim().first)
        let ending = try Self.ending(job)
        #expect(try await Self.end(fixture, [ending]) == [job.id])
        let told = ["asset:a - {\"rows\":3}", "asset:a 1 null", "asset:b/c - null"]
        #expect(try await Self.told(fixture) == told)
        // Its answer was lost, so it is written again.
        #expect(try await Self.end(fixture, [ending]) == [])
        #expect(try await Self.told(fixture) == told)
        let event = try #require(try await EventStore(fixture.pool).list().first)
        #expect(event.run == run && event.source == "job")
        #expect(try await fixture.states(of: run) == ["a": "succeeded", "b": "pending"])
    }

    @Test func oneThatDoesNotSucceedTellsOfNothing() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", []), ("b", []), ("c", [])])
        let jobs = try await fixture.claim()
        let failure = JobFailure(code: "x", message: "y", isPermanent: true)
        _ = try await Self.end(
            fixture,
            [try Self.ending(jobs[0], .failed(failure)), try Self.ending(jobs[1], .skipped)]
        )
        // Another attempt has ended the third under a later epoch.
        _ = try await fixture.queue.release(jobs[2].id, epoch: jobs[2].epoch)
        let again = try #require(try await fixture.claim().first)
        _ = try await fixture.end([again])
        #expect(try await Self.end(fixture, [try Self.ending(jobs[2])]) == [])
        #expect(try await Self.told(fixture) == [])
    }

    /// An ending that the database refuses tells of nothing either.
    @Test func bothAreWrittenOrNeither() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let product = try NewEvent(name: "asset:a", data: "\0")
        await #expect(throws: PostgresError.self) {
            try await Self.end(fixture, [JobEnding(of: job, .succeeded(1), products: [product])])
        }
        #expect(try await fixture.states(of: run) == ["a": "running"])
        #expect(try await Self.told(fixture) == [])
    }

    @Test func eventsThatATriggerHoldsAreKept() async throws {
        let fixture = try await QueueFixture.make()
        let store = EventStore(fixture.pool)
        var ids: [Int64] = []
        for state in ["held", "started"] {
            let event = try await store.add(try NewEvent(name: "e"), team: "t", source: "t", now: "2020-01-01").event.id
            ids.append(event)
            _ = try await fixture.pool.query(
                """
                INSERT INTO chassis.news (trigger_id, event_id, name, key, state, run_id)
                VALUES (1, $1::bigint, 'e', '', $2::text, CASE $2::text WHEN 'started' THEN 1 END)
                """,
                [.integer(event), .text(state)]
            )
        }
        _ = try await store.dispatch()
        #expect(try await store.prune(olderThan: .seconds(3600), limit: 10).deleted == 1)
        #expect(try await store.list().map(\.id) == [ids[0]])
    }
}
