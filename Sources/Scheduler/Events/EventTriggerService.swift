package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Starts the runs of triggers that have news.
///
/// Any number of schedulers may run it. It looks when the dispatcher has told a trigger something, and five times a second
/// without that: for what other schedulers dispatched, and for runs of whose end nobody heard.
package struct EventTriggerService: Service {
    /// How far apart two looks are that nobody asked for.
    package static let interval = Duration.milliseconds(200)
    /// How many triggers are dealt with at once.
    static let lanes = 2
    /// After how long a trigger is tried again that could not be dealt with.
    static let postponement = Duration.seconds(30)

    private let store: EventTriggerStore
    private let starter: EventTriggerStarter
    private let notifier: ReadyNotifier
    private let failpoints: SchedulerFailpoints
    private let logger: Logger
    private let watch: Watch

    package init(
        pool: PostgresPool,
        notifier: ReadyNotifier,
        interval: Duration = Self.interval,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        store = EventTriggerStore(pool)
        starter = EventTriggerStarter(pool, failpoints: failpoints)
        self.notifier = notifier
        self.failpoints = failpoints
        self.logger = logger
        watch = Watch(interval: interval)
    }

    /// Has triggers looked at that have just been told of events, or whose run has ended.
    func wake() { watch.wake() }

    package func run() async throws {
        await watch.run {
            do {
                try await pass()
            } catch is CancellationError {
            } catch {
                logger.warning("triggers could not be looked at", metadata: [LogKey.error: "\(error)"])
            }
        }
    }

    /// Starts everything that can start now.
    package func pass() async throws {
        guard try await startNext() else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.lanes {
                group.addTask { while try await startNext() {} }
            }
            try await group.waitForAll()
        }
    }

    /// - Returns: Whether a trigger had news.
    private func startNext() async throws -> Bool {
        do {
            guard let done = try await starter.startNext() else { return false }
            if !done.runs.isEmpty { failpoints.reach(.afterTriggerCommit) }
            notifier.notify(done.queues)
            if !done.runs.isEmpty {
                logger.debug(
                    "a trigger started runs",
                    metadata: [
                        LogKey.trigger: "\(done.trigger)", LogKey.count: "\(done.runs.count)",
                        LogKey.run: "\(done.runs[0])",
                    ]
                )
            }
            for refusal in done.refusals {
                logger.warning(
                    "an event could start no run",
                    metadata: [LogKey.trigger: "\(done.trigger)", LogKey.error: "\(refusal)"]
                )
            }
        } catch let fault as EventTriggerStarter.Fault {
            logger.warning(
                "a trigger could not start its run; it is tried again",
                metadata: [
                    LogKey.trigger: "\(fault.trigger.workflow)/\(fault.trigger.name)",
                    LogKey.error: "\(fault.reason)",
                ]
            )
            try await store.postpone(fault.trigger, by: Self.postponement, error: fault.reason)
        }
        return true
    }
}
