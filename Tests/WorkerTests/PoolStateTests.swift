import JobModel
import Storage
import Testing

@testable import Worker

@Suite struct PoolStateTests {
    static func job(_ id: Int64, run: Int64 = 1, epoch: Int64 = 1) -> ClaimedJob {
        ClaimedJob(
            id: JobID(rawValue: id),
            run: RunID(rawValue: run),
            version: VersionID(rawValue: 1),
            name: "a",
            kind: "llm",
            params: [:],
            attempt: 1,
            epoch: LeaseEpoch(rawValue: epoch),
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
            isNeeded: false,
            outcome: .succeeded(.null)
        )
    }

    /// Takes the next turn, which must be one.
    private static func turn(
        _ state: inout PoolState,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> PoolState.Turn {
        guard case .turn(let turn) = state.next() else {
            Issue.record("no turn is made", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        return turn
    }

    /// Makes the next turn, and has it claim these jobs.
    private static func claim(
        _ claimed: [ClaimedJob],
        _ state: inout PoolState
    ) throws -> [(job: ClaimedJob, signal: StopSignal)] {
        state.answered(try turn(&state), claimed: claimed)
    }

    @Test func claimsAsManyAsItHasFreeSlots() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let first = try Self.turn(&state)
        #expect(first.limit == 2)
        #expect(state.answered(first, claimed: [Self.job(1), Self.job(2)]).count == 2)
        #expect(state.next() == .wait)
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        state.pauseEnded(afterTurn: first.number)
        let second = try Self.turn(&state)
        #expect(second.endings == [Self.ending(1)])
        #expect(second.limit == 1)
    }

    @Test func leavesSlotsToASecondTurn() throws {
        var state = PoolState(slots: 100, subscription: Subscription(queues: ["a"]))
        let first = try Self.turn(&state)
        #expect(first.limit == 50)
        // Nothing tells of more jobs yet.
        #expect(state.next() == .wait)
        state.queueIsReady("a")
        let second = try Self.turn(&state)
        #expect(second.limit == 50)
        state.queueIsReady("a")
        #expect(state.next() == .wait)
        _ = state.answered(first, claimed: [])
        state.queueIsReady("a")
        #expect(try Self.turn(&state).limit == 50)
    }

    @Test func looksAgainAtAQueueThatMayHaveMore() throws {
        var state = PoolState(slots: 4, subscription: Subscription(queues: ["a"]))
        _ = state.answered(try Self.turn(&state), claimed: [], mayHaveMore: true)
        #expect(try Self.turn(&state).limit == 4)
    }

    @Test func stopsJobsThatWereCancelledWhileTheyWereClaimed() throws {
        var state = PoolState(slots: 4, subscription: Subscription(queues: ["a"]))
        let turn = try Self.turn(&state)
        state.jobsWereCancelled([JobID(rawValue: 2)])
        let started = state.answered(turn, claimed: [Self.job(1), Self.job(2)])
        #expect(started.map(\.signal.reason) == [nil, .cancelled])
        state.queueIsReady("a")
        #expect(try Self.claim([Self.job(2)], &state).map(\.signal.reason) == [nil])
    }

    @Test func waitsWhenAQueueWasFoundEmpty() throws {
        var state = PoolState(slots: 4, subscription: Subscription(queues: ["a"]))
        _ = try Self.claim([Self.job(1)], &state)
        #expect(state.next() == .wait)
        state.queueIsReady("other")
        #expect(state.next() == .wait)
        state.queueIsReady("a")
        #expect(try Self.turn(&state).limit == 3)
    }

    @Test func rotatesItsQueues() {
        var state = PoolState(slots: 9, subscription: Subscription(queues: ["a", "b"]))
        var asked: [String] = []
        for place in 0..<4 {
            guard case .turn(let turn) = state.next() else { break }
            asked.append(turn.queue)
            let claimed = (0..<Int64(turn.limit)).map { Self.job(Int64(place) * 100 + $0) }
            for started in state.answered(turn, claimed: claimed) { state.jobReturned(started.job, ending: nil) }
        }
        #expect(asked == ["a", "b", "a", "b"])
    }

    @Test func gathersTheEndingsOfJobsThatWereClaimedTogether() throws {
        var state = PoolState(slots: 3, subscription: Subscription(queues: ["a"]))
        let jobs = try Self.claim([Self.job(1), Self.job(2), Self.job(3)], &state)
        state.jobReturned(jobs[0].job, ending: Self.ending(1))
        state.jobReturned(jobs[1].job, ending: Self.ending(2))
        #expect(!state.isWorthALook)
        #expect(state.next() == .wait)
        state.jobReturned(jobs[2].job, ending: Self.ending(3))
        #expect(state.isWorthALook)
        let turn = try Self.turn(&state)
        #expect(turn.endings == [Self.ending(1), Self.ending(2), Self.ending(3)])
        #expect(turn.limit == 3)
    }

    @Test func gathersNoLongerThanThePause() throws {
        var state = PoolState(slots: 3, subscription: Subscription(queues: ["a"]))
        let claim = try Self.turn(&state)
        _ = state.answered(claim, claimed: [Self.job(1), Self.job(2), Self.job(3)])
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        state.pauseEnded(afterTurn: claim.number - 1)
        #expect(state.next() == .wait)
        state.pauseEnded(afterTurn: claim.number)
        let turn = try Self.turn(&state)
        #expect(turn.endings == [Self.ending(1)])
        #expect(turn.limit == 1)
    }

    @Test func keepsEndingsOfATurnThatFailed() throws {
        var state = PoolState(slots: 1, subscription: Subscription(queues: ["a"]))
        _ = try Self.claim([Self.job(1)], &state)
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        state.failed(try Self.turn(&state))
        // The job that is still to be ended is held, and known.
        #expect(state.next() == .sweep(known: [JobID(rawValue: 1)]))
        state.swept()
        let turn = try Self.turn(&state)
        #expect(turn.endings == [Self.ending(1)])
        #expect(turn.limit == 1)
    }

    /// The answer to a claim is lost: what it took is looked for, and again for as long as it may come late.
    @Test func looksForJobsThatATurnWithoutAnswerMayHaveClaimed() throws {
        var state = PoolState(slots: 60, subscription: Subscription(queues: ["a"]))
        _ = try Self.claim([Self.job(7)], &state)
        state.queueIsReady("a")
        state.failed(try Self.turn(&state))
        #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
        state.sweepFailed()
        #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
        state.swept()
        for _ in 0..<PoolState.sweeps {
            let turn = try Self.turn(&state)
            #expect(turn.limit == 59)
            _ = state.answered(turn, claimed: [])
            #expect(state.next() == .wait)
            state.secondPassed()
            #expect(state.next() == .sweep(known: [JobID(rawValue: 7)]))
            state.swept()
            state.queueIsReady("a")
        }
        state.secondPassed()
        #expect(try Self.turn(&state).limit == 59)
    }

    /// While a turn is under way nobody knows what it claims, and while the leases are looked through nothing is claimed.
    @Test func looksThroughItsLeasesAlone() throws {
        var state = PoolState(slots: 100, subscription: Subscription(queues: ["a"]))
        let (first, second) = (
            try Self.turn(&state),
            {
                state.queueIsReady("a"); return try? Self.turn(&state)
            }()
        )
        state.failed(first)
        #expect(state.next() == .wait)
        _ = state.answered(try #require(second), claimed: [Self.job(1)])
        #expect(state.next() == .sweep(known: [JobID(rawValue: 1)]))
        #expect(state.next() == .wait)
        state.swept()
        #expect(try Self.turn(&state).limit == 50)
    }

    @Test func drainsUntilEveryJobWasEnded() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let started = try Self.claim([Self.job(1)], &state)
        state.drain()
        #expect(started[0].signal.isDraining)
        #expect(started[0].signal.reason == nil)
        #expect(state.next() == .wait)
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        let turn = try Self.turn(&state)
        #expect(turn.endings == [Self.ending(1)])
        #expect(turn.limit == 0)
        #expect(state.next() == .stop)
    }

    @Test func dropsEverythingWhenTheLeaseIsLost() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let started = try Self.claim([Self.job(1), Self.job(2)], &state)
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        state.leaseWasLost()
        #expect(started[1].signal.reason == .leaseLost)
        #expect(state.next() == .wait)
        state.jobReturned(Self.job(2), ending: Self.ending(2))
        #expect(state.next() == .stop)
    }

    @Test func stopsJobsThatWereClaimedWhileTheLeaseWasLost() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let turn = try Self.turn(&state)
        state.leaseWasLost()
        #expect(state.answered(turn, claimed: [Self.job(1)])[0].signal.reason == .leaseLost)
    }

    /// The message of an attempt that was ended from outside may come when the job was tried again.
    @Test func stopsNoAttemptThatCameAfterAFence() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let started = try Self.claim([Self.job(1, epoch: 4), Self.job(2, epoch: 4)], &state)
        for fence in [
            Fence(job: JobID(rawValue: 1), epoch: LeaseEpoch(rawValue: 3)),
            Fence(job: JobID(rawValue: 3), epoch: LeaseEpoch(rawValue: 4)),
        ] {
            state.jobWasFenced(fence)
        }
        #expect(started.map(\.signal.reason) == [nil, nil])
        state.jobWasFenced(Fence(job: JobID(rawValue: 2), epoch: LeaseEpoch(rawValue: 4)))
        #expect(started.map(\.signal.reason) == [nil, .leaseLost])
    }

    @Test func stopsTheJobsOfACancelledRunAlone() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        let started = try Self.claim([Self.job(1), Self.job(2)], &state)
        state.jobsWereCancelled([JobID(rawValue: 2), JobID(rawValue: 9)])
        #expect(started.map(\.signal.reason) == [nil, .cancelled])
    }

    /// Queues of jobs that ask for labels are learned when they have jobs, and left when they have none any more.
    @Test func claimsFromQueuesOfLabelsThatItHas() throws {
        let labels = try #require(Labels(pairs: ["gpu=a100", "handler=mine"]))
        var state = PoolState(slots: 1, subscription: Subscription(queues: ["a"], labels: labels))
        var plain = PoolState(slots: 1, subscription: Subscription(queues: ["a"]))
        for _ in 0..<2 {
            #expect(state.answered(try Self.turn(&state), claimed: []).isEmpty)
            #expect(state.next() == .wait)
            for queue in ["a;gpu=h100", "b;gpu=a100", "a;handler=other"] { state.queueIsReady(queue) }
            #expect(state.next() == .wait)
            state.queueIsReady("a;gpu=a100;handler=mine")
            let turn = try Self.turn(&state)
            #expect(turn.queue == "a;gpu=a100;handler=mine")
            #expect(state.answered(turn, claimed: []).isEmpty)
            // A second passed: only what it was told to claim from is looked at without being told of jobs.
            state.queueIsReady(nil)
        }
        #expect(plain.answered(try Self.turn(&plain), claimed: []).isEmpty)
        plain.queueIsReady("a;gpu=a100")
        #expect(plain.next() == .wait)
    }

    /// Jobs that need code are claimed by workers that have all of it, as soon as they are told and while there are more.
    @Test func claimsFromQueuesWhoseNeedsItHas() throws {
        let subscription = Subscription(
            queues: ["a"],
            labels: try #require(Labels(pairs: ["gpu=a100"])),
            code: ["tool=x", "tool=y", "handler=h"],
            takesPlainJobs: false
        )
        var state = PoolState(slots: 2, subscription: subscription)
        #expect(state.next() == .wait)
        for queue in ["a", "a;tool=z", "a;tool=x;tool=z", "b;tool=x", "b", "a;gpu=a100"] {
            state.queueIsReady(queue)
            #expect(state.next() == .wait, "\(queue)")
        }
        state.queueIsReady("a;gpu=a100;tool=x;tool=y")
        let first = try Self.turn(&state)
        #expect(first.queue == "a;gpu=a100;tool=x;tool=y" && first.limit == 2)
        #expect(state.answered(first, claimed: [Self.job(1)]).count == 1)
        state.jobReturned(Self.job(1), ending: Self.ending(1))
        // Whoever is not told again ends its job, and claims nothing.
        let second = try Self.turn(&state)
        #expect(second.endings.count == 1 && second.limit == 0)
        _ = state.answered(second, claimed: [])
        state.queueIsReady(nil)
        #expect(state.next() == .wait)
        #expect(subscription.labels.pairs == ["gpu=a100", "handler=h", "tool=x", "tool=y"])
    }

    /// A job was set aside, the answer to that is on its way, and the job is due again.
    @Test func aJobMayBeClaimedAgainBeforeTheAnswerToItsGivingBack() throws {
        var state = PoolState(slots: 2, subscription: Subscription(queues: ["a"]))
        _ = try Self.claim([Self.job(1)], &state)
        state.queueIsReady("a")
        let again = try #require(try Self.claim([Self.job(1, epoch: 2)], &state).first)
        state.jobReturned(Self.job(1), ending: nil)

        state.jobsWereCancelled([JobID(rawValue: 1)])
        #expect(again.signal.reason == .cancelled)
        #expect(state.runningCount == 1)
        state.jobReturned(Self.job(1, epoch: 2), ending: nil)
        #expect(state.free == 2)
    }
}
