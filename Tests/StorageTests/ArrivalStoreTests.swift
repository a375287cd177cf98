import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct ArrivalStoreTests {
    /// A scheduler that is held up between its listing and its telling knows less than those that listed behind it.
    @Test func aListingThatIsOldTakesNothingBack() async throws {
        let pool = try await TestDatabase.pool()
        let store = ArrivalStore(pool)
        let clock = DatabaseClock(pool)
        func add(_ mark: String, listed: Timestamp) async throws -> ArrivalStore.Outcome {
            let arrival = ArrivalStore.Arrival(path: "/in/a", mark: mark, partition: nil, metadata: [:])
            return try await store.add([arrival], listed: listed, of: "inbox", asset: "orders", team: "default")
        }
        let early = try await clock.now()
        #expect(try await add("1", listed: early) == .init(told: 1, left: []))
        #expect(try await add("2", listed: try await clock.now()) == .init(told: 1, left: []))
        #expect(try await add("1", listed: early) == .init(told: 0, left: ["/in/a"]))
        #expect(try await add("2", listed: early) == .init(told: 0, left: []))
        #expect(try await add("2", listed: try await clock.now()) == .init(told: 0, left: []))
        // What is there again is news.
        #expect(try await add("1", listed: try await clock.now()) == .init(told: 1, left: []))
        // Earlier schedulers noted no time.
        _ = try await pool.query("UPDATE chassis.arrival SET told_at = NULL")
        #expect(try await add("3", listed: early) == .init(told: 1, left: []))
        await pool.close()
    }
}
