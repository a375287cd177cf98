import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Batches whose jobs have ended without them.
@Suite(.timeLimit(.minutes(5))) struct AbandonedBatchTests {
    /// What nobody waits for is seen to at once, and then no more often than anything else.
    @Test func anAbandonedBatchIsBroughtForwardOnce() async throws {
        let fixture = try await QueueFixture.make()
        let (run, batches) = (try await Self.batched(fixture), BatchStore(fixture.pool))
        func take(_ now: String) async throws -> TakenBatch? {
            try await batches.take(of: "c", by: fixture.session, now: now)
        }
        let first = try #require(try await take("2100-01-01T00:00:00Z"))
        #expect(!first.isAbandoned)
        try await batches.putDown(first, Self.later, now: "2100-01-01T00:00:00Z")
        #expect(try await take("2100-01-01T00:00:01Z") == nil, "it is not due, and waited for")

        _ = try await fixture.runs.cancel(run)
        let second = try #require(try await take("2100-01-01T00:00:02Z"))
        #expect(second.isAbandoned)
        try await batches.putDown(second, Self.later, now: "2100-01-01T00:00:02Z")
        #expect(try await take("2100-01-01T00:00:03Z") == nil)
        let third = try #require(try await take("2100-01-01T00:01:02Z"))
        #expect(third.isAbandoned)
        try await batches.putDown(third, Self.later, now: "2100-01-01T00:01:02Z")
        #expect(try await take("2100-01-01T00:01:03Z") == nil)
    }

    /// A retry has its job wait for the batch again; when that is cancelled too the batch is seen to at once.
    @Test func aBatchThatIsAbandonedAgainIsBroughtForwardAgain() async throws {
        let fixture = try await QueueFixture.make()
        let (run, batches) = (try await Self.batched(fixture), BatchStore(fixture.pool))
        for minute in 1...3 {
            func take(_ second: Int) async throws -> TakenBatch? {
                try await batches.take(of: "c", by: fixture.session, now: "2100-01-01T00:0\(minute):0\(second)Z")
            }
            let waited = try #require(try await take(0))
            #expect(!waited.isAbandoned)
            try await batches.putDown(waited, Self.later, now: "2100-01-01T00:0\(minute):00Z")
            _ = try await fixture.runs.cancel(run)
            let abandoned = try #require(try await take(1))
            #expect(abandoned.isAbandoned)
            try await batches.putDown(abandoned, .init(wait: .zero, detail: ""), now: "2100-01-01T00:0\(minute):01Z")
            _ = try await fixture.runs.retry(run, .init())
        }
    }

    private static let later = TakenBatch.Finding(wait: .seconds(60), detail: "the provider is away")

    /// A run whose job waits for a batch of its own.
    private static func batched(_ fixture: QueueFixture) async throws -> RunID {
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        try await fixture.giveToBatch(job)
        #expect(try await BatchStore(fixture.pool).make(of: "c", after: .zero, calls: 10, bytes: 10))
        return run
    }
}
