import JobModel
import Storage
import Testing

@testable import Worker

@Suite struct PoolStateTests {
    static func job(_ id: Int64, run: Int64 = 1) -> ClaimedJob {
        ClaimedJob(
            id: JobID(rawValue: id),
            run: RunID(rawValue: run),
            version: VersionID(rawValue: 1),
            name: "a",
            kind: "llm",
            params: [:],
            attempt: 1,
            epoch: LeaseEpoch(rawValue: 1),
            failures: 0,
            losses: 0,
            isCancelled: false
        )
    }

    static func ending(_ id: Int64) -> JobEnding {
        JobEnding(
            job: JobID(rawValue: id),
            run: RunID(rawValue: 1),
            epoch: LeaseEpoch(rawValue: 1),
            outcome: .succeeded(.null)
        )
    }

    @Test func claimsAsManyAsItHasFreeSlots() {
        var state = PoolState(slots: 2, queues: ["a"])
        #expect(state.next() == .turn(endings: [], queue: "a", limit: 2))
        #expect(state.turnAnswered(queue: "a", limit: 2, claimed: [Self.job(1), Self.job(2)]).count == 2)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        #expect(state.next() == .turn(endings: [Self.ending(1)], queue: "a", limit: 1))
    }

    @Test func waitsWhenAQueueWasFoundEmpty() {
        var state = PoolState(slots: 4, queues: ["a"])
        _ = state.next()
        _ = state.turnAnswered(queue: "a", limit: 4, claimed: [Self.job(1)])
        #expect(state.next() == .wait)
        state.queueIsReady("other")
        #expect(state.next() == .wait)
        state.queueIsReady("a")
        #expect(state.next() == .turn(endings: [], queue: "a", limit: 3))
    }

    @Test func rotatesItsQueues() {
        var state = PoolState(slots: 9, queues: ["a", "b"])
        var asked: [String] = []
        for place in 0..<4 {
            guard case .turn(_, let queue, let limit) = state.next() else { break }
            asked.append(queue)
            let claimed = (0..<Int64(limit)).map { Self.job(Int64(place) * 100 + $0) }
            for started in state.turnAnswered(queue: queue, limit: limit, claimed: claimed) {
                state.jobReturned(started.job.id, ending: nil)
            }
        }
        #expect(asked == ["a", "b", "a", "b"])
    }

    @Test func keepsEndingsOfATurnThatFailed() {
        var state = PoolState(slots: 1, queues: ["a"])
        _ = state.next()
        _ = state.turnAnswered(queue: "a", limit: 1, claimed: [Self.job(1)])
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        guard case .turn(let endings, _, _) = state.next() else { Issue.record("no turn"); return }
        state.turnFailed(endings: endings)
        #expect(state.next() == .turn(endings: [Self.ending(1)], queue: "a", limit: 1))
    }

    @Test func drainsUntilEveryJobWasEnded() {
        var state = PoolState(slots: 2, queues: ["a"])
        _ = state.next()
        let started = state.turnAnswered(queue: "a", limit: 2, claimed: [Self.job(1)])
        state.drain()
        #expect(started[0].signal.isDraining)
        #expect(started[0].signal.reason == nil)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        #expect(state.next() == .turn(endings: [Self.ending(1)], queue: "a", limit: 0))
        #expect(state.next() == .stop)
    }

    @Test func dropsEverythingWhenTheLeaseIsLost() {
        var state = PoolState(slots: 2, queues: ["a"])
        _ = state.next()
        let started = state.turnAnswered(queue: "a", limit: 2, claimed: [Self.job(1), Self.job(2)])
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        state.leaseWasLost()
        #expect(started[1].signal.reason == .leaseLost)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 2), ending: Self.ending(2))
        #expect(state.next() == .stop)
    }

    @Test func stopsJobsThatWereClaimedWhileTheLeaseWasLost() {
        var state = PoolState(slots: 2, queues: ["a"])
        _ = state.next()
        state.leaseWasLost()
        #expect(state.turnAnswered(queue: "a", limit: 2, claimed: [Self.job(1)])[0].signal.reason == .leaseLost)
    }

    @Test func stopsTheJobsOfACancelledRunAlone() {
        var state = PoolState(slots: 2, queues: ["a"])
        _ = state.next()
        let started = state.turnAnswered(queue: "a", limit: 2, claimed: [Self.job(1, run: 1), Self.job(2, run: 2)])
        state.runWasCancelled(RunID(rawValue: 2))
        #expect(started.map(\.signal.reason) == [nil, .cancelled])
        state.jobsWereCancelled([JobID(rawValue: 1), JobID(rawValue: 9)])
        #expect(started.map(\.signal.reason) == [.cancelled, .cancelled])
    }
}
