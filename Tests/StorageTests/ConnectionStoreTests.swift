import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite struct ConnectionStoreTests {
    private static func moment(_ second: Int) -> String {
        "2030-01-01 00:0\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)+00"
    }

    private let fixture: QueueFixture
    private let store: ConnectionStore
    private let job: ClaimedJob
    private let other: ClaimedJob

    init() async throws {
        fixture = try await QueueFixture.make()
        store = ConnectionStore(fixture.pool)
        _ = try await fixture.submit([("a", []), ("b", [])])
        let jobs = try await fixture.claim()
        (job, other) = (jobs[0], jobs[1])
    }

    private func enter(
        _ limits: ConnectionStore.Limits,
        by job: ClaimedJob? = nil,
        tokens: Int = 10,
        at second: Int = 0,
        connection: String = "c"
    ) async throws -> ConnectionStore.Answer {
        let job = job ?? self.job
        return try await store.enter(
            connection,
            job: job.id,
            epoch: job.epoch,
            tokens: tokens,
            limits: limits,
            now: Self.moment(second)
        )
    }

    private func number(_ answer: ConnectionStore.Answer) throws -> Int64 {
        guard case .entered(let call) = answer else { throw Refused(answer: answer) }
        return call
    }

    private struct Refused: Error { let answer: ConnectionStore.Answer }

    @Test func letsSoManyRequestsBeginInAnyMinute() async throws {
        let limits = ConnectionStore.Limits(requestsPerMinute: 2)
        _ = try number(try await enter(limits, at: 0))
        _ = try number(try await enter(limits, by: other, at: 20))
        #expect(try await enter(limits, at: 30) == .wait(.seconds(30)))
        // Another connection has a minute of its own.
        _ = try number(try await enter(limits, at: 30, connection: "d"))
        _ = try number(try await enter(limits, at: 60))
        #expect(try await enter(limits, at: 61) == .wait(.seconds(19)))
    }

    @Test func letsSoManyTokensBeginInAnyMinute() async throws {
        let limits = ConnectionStore.Limits(tokensPerMinute: 100)
        let first = try number(try await enter(limits, tokens: 60, at: 0))
        _ = try number(try await enter(limits, tokens: 30, at: 10))
        #expect(try await enter(limits, tokens: 20, at: 20) == .wait(.seconds(40)))
        // It took less than was counted from above.
        try await store.leave(first, tokens: 40, now: Self.moment(21))
        _ = try number(try await enter(limits, tokens: 20, at: 22))
        // More than the limit alone waits for a minute of its own, not for ever.
        #expect(try await enter(limits, tokens: 1000, at: 30) == .wait(.seconds(52)))
        _ = try number(try await enter(limits, tokens: 1000, at: 82))
    }

    @Test func letsSoManyBeUnderWayAndCountsNoneOfALostLease() async throws {
        let limits = ConnectionStore.Limits(concurrent: 1)
        let first = try number(try await enter(limits))
        #expect(try await enter(limits, by: other) == .full)
        try await store.leave(first, tokens: nil)
        _ = try number(try await enter(limits))
        #expect(try await enter(limits, by: other) == .full)
        // Its worker is gone, and its job with it.
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        _ = try number(try await enter(limits, by: other))
        await #expect(throws: StorageError.leaseLost(job.id, job.epoch)) { try await enter(limits) }
    }

    @Test func neverLetsMoreInHoweverManyAskAtOnce() async throws {
        let limits = ConnectionStore.Limits(requestsPerMinute: 7, concurrent: 5)
        let answers = try await withThrowingTaskGroup(of: ConnectionStore.Answer.self) { group in
            for _ in 0..<40 { group.addTask { try await enter(limits) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { if case .entered = $0 { true } else { false } }.count == 5)
        #expect(answers.filter { $0 == .full }.count == 35)
    }

    @Test func forgetsWhatIsPast() async throws {
        let limits = ConnectionStore.Limits(requestsPerMinute: 100, concurrent: 100)
        let ended = try number(try await enter(limits, at: 0))
        try await store.leave(ended, tokens: 5, now: Self.moment(1))
        _ = try number(try await enter(limits, at: 0))
        _ = try number(try await enter(limits, at: 200))
        let left = try await fixture.pool.query("SELECT count(*) AS n FROM chassis.connection_call").rows[0].int("n")
        // The second one is still under way.
        #expect(left == 2)
    }

    @Test func isLeftAloneAsLongAsItAsked() async throws {
        #expect(try await store.remainingHold(of: "c") == .zero)
        try await store.hold("c", for: .seconds(20), now: Self.moment(0))
        try await store.hold("c", for: .seconds(5), now: Self.moment(1))
        #expect(try await store.remainingHold(of: "c", now: Self.moment(5)) == .seconds(15))
        #expect(try await enter(ConnectionStore.Limits(concurrent: 1), at: 5) == .wait(.seconds(15)))
        #expect(try await store.remainingHold(of: "c", now: Self.moment(21)) == .zero)
        _ = try number(try await enter(ConnectionStore.Limits(concurrent: 1), at: 21))
    }
}
