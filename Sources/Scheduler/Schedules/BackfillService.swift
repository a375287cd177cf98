import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Workflow

/// Starts the runs of backfills, as many at once as each allows, behind all live work.
///
/// Any number of schedulers may run it; one at a time deals with a backfill. It looks when one of its runs has ended that
/// holds others up, and twice a second without that.
package struct BackfillService: Service {
    /// How far apart two looks are that nobody asked for.
    package static let interval = Duration.milliseconds(500)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(10)

    /// What a look at a backfill did.
    private struct Advance {
        let id: Int64
        /// The queues that have pending jobs by it.
        var queues: [String] = []
        /// How many items could start no run, so that there is room for others.
        var refused = 0
        /// What is to be cancelled with it.
        var cancelled: [RunID] = []
    }

    private let pool: PostgresPool
    private let store: BackfillStore
    private let schedules: ScheduleStarter
    private let triggers: EventTriggerStarter
    private let runs: RunStore
    private let notifier: ReadyNotifier
    private let interval: Duration
    private let failpoints: SchedulerFailpoints
    private let patrol: WokenPatrol

    package init(
        pool: PostgresPool,
        notifier: ReadyNotifier,
        interval: Duration = Self.interval,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        self.pool = pool
        store = BackfillStore(pool)
        schedules = ScheduleStarter(pool)
        triggers = EventTriggerStarter(pool)
        runs = RunStore(pool)
        self.notifier = notifier
        self.interval = interval
        self.failpoints = failpoints
        patrol = WokenPatrol(
            Patrol(
                shortestPause: Self.interval,
                longestPause: Self.longestPause,
                complaint: "a backfill could not go on",
                logger: logger
            )
        )
    }

    /// Has backfills looked at that wait for the end of a run.
    func wake() { patrol.wake() }

    package func run() async throws {
        await patrol.run {
            try await pass()
            return interval
        } whenWoken: {
            try await pass()
        }
    }

    /// Looks at each backfill, and again while some of what was to start could not.
    ///
    /// - Throws: The first error, once all the others were looked at.
    package func pass() async throws {
        var fault: (any Error)?
        while try await round(&fault) {}
        if let fault { throw fault }
    }

    /// Looks at each backfill once.
    ///
    /// - Parameter fault: Where there is none yet, what is wrong with one of them.
    /// - Returns: Whether some of what was to start could not.
    private func round(_ fault: inout (any Error)?) async throws -> Bool {
        var last: Int64 = 0
        var hasRefused = false
        while true {
            do {
                guard let done = try await advance(after: last) else { return hasRefused }
                last = done.id
                hasRefused = hasRefused || done.refused > 0
                if !done.queues.isEmpty { failpoints.reach(.afterBackfillCommit) }
                notifier.notify(done.queues)
                for run in done.cancelled { _ = try await runs.cancel(run) }
            } catch let error as BackfillFault {
                fault = fault ?? error
                last = error.id
                try await store.note(error.reason, of: error.id)
            }
        }
    }

    private func advance(after id: Int64) async throws -> Advance? {
        try await pool.transaction { connection in
            guard let backfill = try await store.take(after: id, on: connection) else { return nil }
            do {
                var done = Advance(id: backfill.id)
                guard !backfill.isCancelled else {
                    done.cancelled = try await store.uncancelledRuns(of: backfill.id, on: connection)
                    return done
                }
                let items = try await store.next(of: backfill, on: connection)
                try await makeGates(of: items, of: backfill, connection)
                try await store.lockFailedRuns(of: items, on: connection)
                for item in items {
                    try await start(item, of: backfill, &done, connection)
                }
                try await store.forgetError(of: backfill, on: connection)
                if !done.queues.isEmpty { failpoints.reach(.beforeBackfillCommit) }
                return done
            } catch let error as CancellationError {
                throw error
            } catch let error as PostgresError where error.isTransient {
                throw error
            } catch {
                throw BackfillFault(id: backfill.id, reason: "\(error)")
            }
        }
    }

    /// Starts the run of an item, or notes why it cannot.
    private func start(
        _ item: BackfillStore.Next,
        of backfill: BackfillStore.Taken,
        _ done: inout Advance,
        _ connection: PostgresConnection
    ) async throws {
        if let failed = item.failedRun,
            let queues = try await store.retry(failed, for: item, of: backfill, on: connection)
        {
            done.queues += queues
            return
        }
        do {
            let submission = try await submission(of: item, of: backfill, connection)
            try await store.start(submission, for: item, of: backfill, on: connection)
            done.queues += submission.firstQueues
        } catch let error as ExpressionError {
            done.refused += 1
            try await store.refuse(item, of: backfill, error: "\(error)", on: connection)
        } catch let problem as Problem {
            done.refused += 1
            try await store.refuse(item, of: backfill, error: problem.detail, on: connection)
        }
    }

    /// Makes what the runs of all items have to pass, in one order: another backfill may start them the other way round.
    private func makeGates(
        of items: [BackfillStore.Next],
        of backfill: BackfillStore.Taken,
        _ connection: PostgresConnection
    ) async throws {
        var submissions: [RunStore.Submission] = []
        for item in items where item.failedRun == nil {
            do {
                submissions.append(try await submission(of: item, of: backfill, connection))
            } catch is ExpressionError {
                continue
            } catch is Problem {
                continue
            }
        }
        try await store.makeGates(of: submissions, on: connection)
    }

    private func submission(
        of item: BackfillStore.Next,
        of backfill: BackfillStore.Taken,
        _ connection: PostgresConnection
    ) async throws -> RunStore.Submission {
        var submission =
            switch item.subject {
            case .due(let due):
                try await schedules.submission(
                    version: backfill.version,
                    workflow: backfill.workflow,
                    schedule: backfill.subject.name,
                    due: due,
                    on: connection
                )
            case .partition(let partition):
                try await triggers.submission(
                    version: backfill.version,
                    workflow: backfill.workflow,
                    trigger: backfill.subject.name,
                    partition: partition,
                    on: connection
                )
            }
        // The backfill's own limit says how many are under way; runs that became one would leave items without theirs.
        submission.start = nil
        submission.requester = backfill.requester
        submission.standBehindLiveWork()
        return submission
    }
}
