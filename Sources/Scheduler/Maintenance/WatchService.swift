import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Ends what has waited or taken too long, and tells of deadlines, by the database's clock.
///
/// Any number of schedulers may run it; each watch is looked at by one of them. One that is killed before it has done what a
/// watch asks for leaves it to the others, 10 seconds later.
package struct WatchService: Service {
    /// What came of a watch.
    private enum Performance {
        /// What the watch asks for is done, or what it watches has ended.
        case done
        /// A job is not pending any more that was pending for too long.
        case pendingNoMore
        /// The job was on its way from one room to another at each look.
        case hindered
    }

    /// How far apart two looks are.
    static let interval = Duration.milliseconds(250)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(10)
    /// How many watches are looked at in one statement.
    static let batch = 200

    private let watches: WatchStore
    private let runs: RunStore
    private let queue: QueueStore
    private let notifier: ReadyNotifier
    private let failpoints: SchedulerFailpoints
    private let logger: Logger

    package init(
        pool: PostgresPool,
        notifier: ReadyNotifier,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        watches = WatchStore(pool)
        runs = RunStore(pool)
        queue = QueueStore(pool)
        self.notifier = notifier
        self.failpoints = failpoints
        self.logger = logger
    }

    package func run() async throws {
        let patrol = Patrol(
            shortestPause: Self.interval,
            longestPause: Self.longestPause,
            complaint: "the look for what takes too long failed",
            logger: logger
        )
        await patrol.run {
            try await pass() == Self.batch ? .zero : Self.interval
        }
    }

    /// Does what is due now.
    ///
    /// - Returns: For how many watches something was to be done.
    /// - Throws: The first error, once all the other watches were seen to.
    package func pass(now: String? = nil) async throws -> Int {
        let expired = try await watches.judge(limit: Self.batch, now: now)
        var fault: (any Error)?
        for watch in expired {
            do {
                try await carryOut(watch, now: now)
            } catch let error as CancellationError {
                throw error
            } catch {
                // It is due again soon.
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        return expired.count
    }

    private func carryOut(_ watch: WatchStore.Expired, now: String?) async throws {
        let result = try await perform(watch, now: now)
        // What could not be done is due again soon.
        guard result != .hindered else { return }
        failpoints.reach(.afterWatch)
        try await watches.settle(watch, isDone: result == .done, now: now)
        guard result == .done else { return }
        logger.info(
            "something took too long",
            metadata: [LogKey.run: "\(watch.run)", LogKey.reason: "\(watch.terms.kind.rawValue)"]
        )
    }

    private func perform(_ watch: WatchStore.Expired, now: String?) async throws -> Performance {
        guard watch.terms.otherwise == .fail, let job = watch.job else {
            let isLate = watch.terms.otherwise == .fail
            let cancelled = try await runs.cancel(watch.run, isLate: isLate, for: watch, now: now)
            notifier.notify(Array(cancelled?.readied ?? []))
            return .done
        }
        let closing = try await runs.fail(
            job,
            of: watch.run,
            because: watch.terms.failure,
            whilePending: watch.terms.kind == .queue,
            for: watch,
            now: now
        )
        switch closing {
        case .closed(let queues, let resumed):
            notifier.notify(Array(queues) + (try await queue.resume(resumed)))
            return .done
        case .moving: return .hindered
        case .nothing, .marked: return watch.terms.kind == .queue ? .pendingNoMore : .done
        }
    }
}

extension WatchTerms {
    /// How a job fails whose time is up.
    fileprivate var failure: JobFailure {
        switch kind {
        case .queue:
            JobFailure(
                code: "queue-timeout",
                message: "no worker claimed the job within queue_timeout, \(length.shortText)",
                isPermanent: true
            )
        case .total:
            JobFailure(
                code: "total-timeout",
                message: "the job took longer than total_timeout, \(length.shortText)",
                isPermanent: true
            )
        case .deadline:
            JobFailure(
                code: "deadline",
                message: "the job had not ended by its deadline, \(length.shortText) after the run was submitted",
                isPermanent: true
            )
        }
    }
}
