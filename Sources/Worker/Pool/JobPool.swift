import JobModel
import Logging
import Postgres
import Storage
import Synchronization
import Telemetry

/// Claims jobs while slots are free, runs them, and ends them, a batch a turn.
///
/// A batch forms by itself: what returns while a turn is in flight goes with the next one. Two turns may be in flight, so
/// that the database and the worker need not wait for each other.
final class JobPool: Sendable {
    /// How often queues are looked at although nobody told of jobs.
    static let pollInterval = Duration.seconds(1)
    /// How long endings are gathered at most after a turn that claimed jobs.
    static let gatheringPause = Duration.milliseconds(1)
    /// How many turns may be in flight.
    static let turnsAtOnce = 2
    /// The longest pause after a turn that failed.
    static let longestPause = Duration.seconds(1)

    let state: Mutex<PoolState>
    private let floors = Mutex(ClaimFloors<ContinuousClock.Instant>())
    private let itemParams = Mutex(ItemParams())
    private let session: SessionID
    let lease: SessionLease
    let queue: QueueStore
    let notifier: ReadyNotifier
    let logger: Logger
    let runJob: @Sendable (ClaimedJob, StopSignal) async -> JobOutcome
    /// How many turns have failed in a row.
    private let failures = Mutex(0)
    /// One for each turn that may be in flight.
    private let wakeUps: [(stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)]

    init(
        slots: Int,
        subscription: Subscription,
        session: SessionID,
        lease: SessionLease,
        queue: QueueStore,
        notifier: ReadyNotifier,
        logger: Logger,
        runJob: @escaping @Sendable (ClaimedJob, StopSignal) async -> JobOutcome
    ) {
        state = Mutex(PoolState(slots: slots, subscription: subscription))
        self.session = session
        self.lease = lease
        self.queue = queue
        self.notifier = notifier
        self.logger = logger
        self.runJob = runJob
        wakeUps = (0..<Self.turnsAtOnce).map { _ in
            AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        }
    }

    func wakeUp() {
        for wakeUp in wakeUps { wakeUp.continuation.yield() }
    }

    /// Passes on what another process told.
    func deliver(_ event: WakeUp) {
        state.withLock { state in
            switch event {
            case .ready(let queue): state.queueIsReady(queue)
            case .cancelledJobs(let jobs): state.jobsWereCancelled(jobs)
            case .fenced(let fence): state.jobWasFenced(fence)
            }
        }
        wakeUp()
    }

    /// Takes no more jobs and lets those that run be released at their next step boundary.
    func drain() {
        state.withLock { $0.drain() }
        wakeUp()
    }

    /// Releases what still runs where it stands.
    func stopDraining() { state.withLock { $0.drainExpired() } }

    /// Stops everything; nothing more is written.
    func leaseWasLost() {
        state.withLock { $0.leaseWasLost() }
        wakeUp()
    }

    /// Looks at all queues again; to be called once a second.
    func poll() {
        state.withLock { state in
            state.queueIsReady(nil)
            state.secondPassed()
        }
        wakeUp()
    }

    /// Tells of queues that have pending jobs, those of jobs that ask for labels among them.
    func found(_ queues: [String]) {
        state.withLock { state in
            for queue in queues { state.queueIsReady(queue) }
        }
        wakeUp()
    }

    /// Claims and runs jobs until drained, or until the lease is lost and all handlers have returned.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for wakeUp in wakeUps { group.addTask { try await self.makeTurns(wokenBy: wakeUp.stream) } }
        }
    }

    private func makeTurns(wokenBy wakeUps: AsyncStream<Void>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var wakeUps = wakeUps.makeAsyncIterator()
            while true {
                switch state.withLock({ $0.next() }) {
                case .stop: return
                case .wait:
                    guard await wakeUps.next() != nil else { throw CancellationError() }
                case .turn(let turn):
                    let started = try await make(turn)
                    for (job, signal) in started { group.addTask { await self.execute(job, signal) } }
                    if !started.isEmpty { group.addTask { await self.pause(afterTurn: turn.number) } }
                    // What this turn kept from being done may be done now.
                    wakeUp()
                case .sweep(let known):
                    try await sweep(known: known)
                    wakeUp()
                }
            }
        }
    }

    /// Makes a turn.
    ///
    /// - Returns: What to start.
    private func make(_ turn: PoolState.Turn) async throws -> [(job: ClaimedJob, signal: StopSignal)] {
        do {
            let began = ContinuousClock.now
            let place = floors.withLock { $0.place(in: turn.queue, at: began) }
            let done = try await queue.turn(
                session: session,
                ending: turn.endings,
                queue: turn.queue,
                limit: turn.limit,
                from: place,
                knowing: itemParams.withLock { $0 }
            )
            if turn.limit > 0 { itemParams.withLock { $0.claimed(done.claimed) } }
            let mayHaveMore =
                turn.limit > 0
                && floors.withLock {
                    $0.claimed(
                        from: place,
                        to: done.lastPlace,
                        isFull: done.claimed.count == turn.limit,
                        in: turn.queue,
                        began: began,
                        at: .now
                    )
                }
            failures.withLock { $0 = 0 }
            finish(done, endings: turn.endings)
            return state.withLock { $0.answered(turn, claimed: done.claimed, mayHaveMore: mayHaveMore) }
        } catch let error as PostgresError where error.isRefusalOfData && !turn.endings.isEmpty {
            logger.error("the database refuses an ending", metadata: [LogKey.error: "\(error.reason)"])
            var rest = turn
            rest.endings = try await endOneByOne(turn.endings)
            state.withLock { $0.failed(rest) }
            return []
        } catch {
            state.withLock { $0.failed(turn) }
            try await pauseAfterFailure(error)
            return []
        }
    }

    /// Ends each job alone, so that one the database refuses harms no other; that one fails.
    ///
    /// - Returns: Those that are still to be ended.
    private func endOneByOne(_ endings: [JobEnding]) async throws -> [JobEnding] {
        var rest: [JobEnding] = []
        for ending in endings {
            do {
                let done = try await queue.turn(session: session, ending: [ending], queue: "", limit: 0)
                finish(done, endings: [ending])
            } catch let error as PostgresError where error.isRefusalOfData {
                let failure = JobFailure(
                    code: "output-refused",
                    message: "the database cannot keep how the job ended: \(error)",
                    isPermanent: true
                )
                rest.append(ending.with(.failed(failure)))
            } catch let error as CancellationError {
                throw error
            } catch {
                rest.append(ending)
            }
        }
        return rest
    }

    private func sweep(known: [JobID]) async throws {
        do {
            let queues = try await queue.releaseStrays(of: session, known: known)
            state.withLock { $0.swept() }
            if !queues.isEmpty {
                logger.warning(
                    "jobs were given back whose claim had no answer",
                    metadata: [LogKey.count: "\(queues.count)"]
                )
                notifier.notify(queues)
            }
        } catch {
            state.withLock { $0.sweepFailed() }
            try await pauseAfterFailure(error)
        }
    }

    /// Waits, longer after each failure in a row; passes a cancellation on.
    private func pauseAfterFailure(_ error: any Error) async throws {
        if error is CancellationError { throw error }
        logger.warning("a turn with the database failed", metadata: [LogKey.error: "\(error)"])
        let failures = failures.withLock { failures in
            failures += 1
            return failures
        }
        try await ContinuousClock().sleep(for: min(.milliseconds(20) * (1 << min(failures - 1, 8)), Self.longestPause))
    }

    private func pause(afterTurn turn: Int) async {
        // Also when it was cancelled: nothing may wait for a pause that has no end.
        try? await ContinuousClock().sleep(for: Self.gatheringPause)
        state.withLock { $0.pauseEnded(afterTurn: turn) }
        wakeUp()
    }

    /// Tells the other workers of jobs this one did not take, and the log of endings that came too late.
    private func finish(_ turn: QueueStore.Turn, endings: [JobEnding]) {
        let claimed = Set(turn.claimed.map(\.id))
        let queues = Set(turn.readied.filter { !claimed.contains($0.job) }.map(\.queue)).union(turn.resumed)
        if !queues.isEmpty { notifier.notify(queues) }
        for ending in endings where !turn.ended.contains(ending.job) {
            logger.warning(
                "the lease was lost before the job could be ended; its result is dropped",
                metadata: [LogKey.job: "\(ending.job)", LogKey.epoch: "\(ending.epoch)"]
            )
        }
    }
}
