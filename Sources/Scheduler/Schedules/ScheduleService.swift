import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Starts what is due by the clock.
///
/// Any number of schedulers may run it. It sleeps until the nearest due time, measured by the database's clock, and
/// looks once a second for schedules that others have changed and for a clock that was set.
package struct ScheduleService: Service {
    /// The longest sleep.
    static let longestSleep = Duration.seconds(1)
    /// The longest sleep while schedules wait for the end of runs, should nobody hear of it.
    static let sleepWhileBlocked = Duration.milliseconds(200)
    /// Twice this is the pause after a look that failed.
    static let shortestPause = Duration.milliseconds(10)
    /// How many schedules are dealt with at once.
    static let lanes = 3
    /// After how long a schedule is tried again that could not be dealt with.
    static let postponement = Duration.seconds(30)

    private let store: ScheduleStore
    private let starter: ScheduleStarter
    private let notifier: ReadyNotifier
    private let failpoints: SchedulerFailpoints
    private let logger: Logger
    private let patrol: WokenPatrol

    package init(
        pool: PostgresPool,
        notifier: ReadyNotifier,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        store = ScheduleStore(pool)
        starter = ScheduleStarter(pool, failpoints: failpoints)
        self.notifier = notifier
        self.failpoints = failpoints
        self.logger = logger
        patrol = WokenPatrol(
            Patrol(
                shortestPause: Self.shortestPause,
                longestPause: Self.longestSleep,
                complaint: "schedules could not be looked at",
                logger: logger
            )
        )
    }

    /// Has schedules looked at that wait for the end of a run.
    func wake() { patrol.wake() }

    package func run() async throws {
        await patrol.run {
            try await pass()
            let wait = try await store.wait()
            let most = wait.isBlocked ? Self.sleepWhileBlocked : Self.longestSleep
            return min(max(wait.untilDue ?? most, .milliseconds(1)), most)
        } whenWoken: {
            // One at a time: the patrol's lanes may be at work, and the connections are few.
            try await store.unblock()
            while try await startNext() {}
        }
    }

    /// Deals with everything that is due.
    package func pass() async throws {
        try await store.unblock()
        guard try await startNext() else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.lanes {
                group.addTask { while try await startNext() {} }
            }
            try await group.waitForAll()
        }
    }

    /// - Returns: Whether a schedule was due.
    private func startNext() async throws -> Bool {
        do {
            guard let done = try await starter.startNext() else { return false }
            if done.run != nil { failpoints.reach(.afterScheduleCommit) }
            notifier.notify(done.queues)
            if let run = done.run {
                logger.debug(
                    "a schedule started a run",
                    metadata: [LogKey.schedule: "\(done.schedule)", LogKey.run: "\(run)"]
                )
            }
        } catch let fault as ScheduleStarter.Fault {
            let name = "\(fault.schedule.workflow)/\(fault.schedule.name)"
            logger.warning(
                "a schedule could not start its run; it is tried again",
                metadata: [LogKey.schedule: "\(name)", LogKey.error: "\(fault.reason)"]
            )
            try await store.postpone(fault.schedule, by: Self.postponement, error: fault.reason)
        }
        return true
    }
}
