package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Ends approvals that nobody decided in time, by the database's clock, and has their jobs go on.
///
/// Any number of schedulers may run it. A job whose approval has expired looks by itself too, so one that is killed between
/// the two loses nothing.
package struct ApprovalService: Service {
    /// How far apart two looks are.
    static let interval = Duration.seconds(1)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(30)

    private let approvals: ApprovalStore
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
        approvals = ApprovalStore(pool)
        queue = QueueStore(pool)
        self.notifier = notifier
        self.failpoints = failpoints
        self.logger = logger
    }

    package func run() async throws {
        let patrol = Patrol(
            shortestPause: Self.interval,
            longestPause: Self.longestPause,
            complaint: "the look for late approvals failed",
            logger: logger
        )
        await patrol.run {
            try await pass()
            return Self.interval
        }
    }

    /// Ends what is late now.
    package func pass() async throws {
        let jobs = try await approvals.expire()
        guard !jobs.isEmpty else { return }
        failpoints.reach(.afterExpiry)
        logger.info("approvals have expired", metadata: [LogKey.count: "\(jobs.count)"])
        notifier.notify(try await queue.resume(jobs))
    }
}
