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

    private static func turn(_ endings: [JobEnding] = [], _ limit: Int) -> PoolState.Next {
        .turn(PoolState.Turn(endings: endings, queue: "a", limit: limit))
    }

    private static func turn(_ limit: Int) -> PoolState.Next { turn([], limit) }

    /// Makes the next turn, and has it claim these jobs.
    private static func claim(
        _ claimed: [ClaimedJob],
        _ state: inout PoolState
    ) -> [(job: ClaimedJob, signal: StopSignal)] {
        guard case .turn(let turn) = state.next() else {
            Issue.record("no turn is made")
            return []
        }
        return state.answered(turn, claimed: claimed)
    }

    @Test func claimsAsManyAsItHasFreeSlots() {
        var state = PoolState(slots: 2, queues: ["a"])
        #expect(state.next() == Self.turn(2))
        let claimed = [Self.job(1), Self.job(2)]
        #expect(state.answered(.init(endings: [], queue: "a", limit: 2), claimed: claimed).count == 2)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        state.pauseEnded(afterTurn: state.lastTurn)
        #expect(state.next() == Self.turn([Self.ending(1)], 1))
    }

    @Test func waitsWhenAQueueWasFoundEmpty() {
        var state = PoolState(slots: 4, queues: ["a"])
        _ = Self.claim([Self.job(1)], &state)
        #expect(state.next() == .wait)
        state.queueIsReady("other")
        #expect(state.next() == .wait)
        state.queueIsReady("a")
        #expect(state.next() == Self.turn(3))
    }

    @Test func rotatesItsQueues() {
        var state = PoolState(slots: 9, queues: ["a", "b"])
        var asked: [String] = []
        for place in 0..<4 {
            guard case .turn(let turn) = state.next() else { break }
            asked.append(turn.queue)
            let claimed = (0..<Int64(turn.limit)).map { Self.job(Int64(place) * 100 + $0) }
            for started in state.answered(turn, claimed: claimed) { state.jobReturned(started.job.id, ending: nil) }
        }
        #expect(asked == ["a", "b", "a", "b"])
    }

    @Test func gathersTheEndingsOfJobsThatWereClaimedTogether() {
        var state = PoolState(slots: 3, queues: ["a"])
        let jobs = Self.claim([Self.job(1), Self.job(2), Self.job(3)], &state)
        state.jobReturned(jobs[0].job.id, ending: Self.ending(1))
        state.jobReturned(jobs[1].job.id, ending: Self.ending(2))
        #expect(state.next() == .wait)
        state.jobReturned(jobs[2].job.id, ending: Self.ending(3))
        #expect(state.next() == Self.turn([Self.ending(1), Self.ending(2), Self.ending(3)], 3))
    }

    @Test func gathersNoLongerThanThePause() {
        var state = PoolState(slots: 3, queues: ["a"])
        let jobs = Self.claim([Self.job(1), Self.job(2), Self.job(3)], &state)
        state.jobReturned(jobs[0].job.id, ending: Self.ending(1))
        state.pauseEnded(afterTurn: state.lastTurn - 1)
        #expect(state.next() == .wait)
        state.pauseEnded(afterTurn: state.lastTurn)
        #expect(state.next() == Self.turn([Self.ending(1)], 1))
    }

    @Test func keepsEndingsOfATurnThatFailed() {
        var state = PoolState(slots: 1, queues: ["a"])
        _ = Self.claim([Self.job(1)], &state)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        guard case .turn(let turn) = state.next() else { Issue.record("no turn"); return }
        state.failed(turn)
        // The job that is still to be ended is held, and known.
        #expect(state.next() == .sweep(known: [JobID(rawValue: 1)]))
        #expect(state.next() == Self.turn([Self.ending(1)], 1))
    }

    /// The answer to a claim is lost: what it took is looked for, and again for as long as it may come late.
    @Test func looksForJobsThatATurnWithoutAnswerMayHaveClaimed() {
        var state = PoolState(slots: 100, queues: ["a"])
        _ = Self.claim([Self.job(7)], &state)
        state.queueIsReady("a")
        guard case .turn(let lost) = state.next() else { Issue.record("no turn"); return }
        state.failed(lost)
        #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
        state.sweepFailed()
        #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
        for _ in 0..<PoolState.sweeps {
            #expect(state.next() == Self.turn(99))
            _ = state.answered(.init(endings: [], queue: "a", limit: 99), claimed: [])
            #expect(state.next() == .wait)
            state.secondPassed()
            #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
            state.queueIsReady("a")
        }
        state.secondPassed()
        #expect(state.next() == Self.turn(99))
    }

    @Test func drainsUntilEveryJobWasEnded() {
        var state = PoolState(slots: 2, queues: ["a"])
        let started = Self.claim([Self.job(1)], &state)
        state.drain()
        #expect(started[0].signal.isDraining)
        #expect(started[0].signal.reason == nil)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        #expect(state.next() == Self.turn([Self.ending(1)], 0))
        #expect(state.next() == .stop)
    }

    @Test func dropsEverythingWhenTheLeaseIsLost() {
        var state = PoolState(slots: 2, queues: ["a"])
        let started = Self.claim([Self.job(1), Self.job(2)], &state)
        state.jobReturned(JobID(rawValue: 1), ending: Self.ending(1))
        state.leaseWasLost()
        #expect(started[1].signal.reason == .leaseLost)
        #expect(state.next() == .wait)
        state.jobReturned(JobID(rawValue: 2), ending: Self.ending(2))
        #expect(state.next() == .stop)
    }

    @Test func stopsJobsThatWereClaimedWhileTheLeaseWasLost() {
        var state = PoolState(slots: 2, queues: ["a"])
        guard case .turn(let turn) = state.next() else { Issue.record("no turn"); return }
        state.leaseWasLost()
        #expect(state.answered(turn, claimed: [Self.job(1)])[0].signal.reason == .leaseLost)
    }

    @Test func stopsTheJobsOfACancelledRunAlone() {
        var state = PoolState(slots: 2, queues: ["a"])
        let started = Self.claim([Self.job(1, run: 1), Self.job(2, run: 2)], &state)
        state.runWasCancelled(RunID(rawValue: 2))
        #expect(started.map(\.signal.reason) == [nil, .cancelled])
        state.jobsWereCancelled([JobID(rawValue: 1), JobID(rawValue: 9)])
        #expect(started.map(\.signal.reason) == [.cancelled, .cancelled])
    }
}
