package import Logging
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Brings events to the triggers that hear of them and the jobs that wait for them: at once those that this scheduler took,
/// soon those of others.
package struct EventDispatcher: Service {
    /// How far apart two looks for events of jobs and of other schedulers are.
    package static let interval = Duration.milliseconds(200)
    /// The most events of one transaction.
    static let batch = 1000

    private let events: EventStore
    private let notifier: ReadyNotifier
    private let triggers: EventTriggerService?
    private let failpoints: SchedulerFailpoints
    private let logger: Logger
    private let watch: Watch

    /// - Parameter triggers: Is told when triggers have news; somebody else runs it.
    package init(
        events: EventStore,
        notifier: ReadyNotifier,
        triggers: EventTriggerService? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        self.events = events
        self.notifier = notifier
        self.triggers = triggers
        self.failpoints = failpoints
        self.logger = logger
        watch = Watch(interval: Self.interval, clock: clock)
    }

    /// Has events dispatched that were just kept.
    package func wake() { watch.wake() }

    package func run() async throws { await watch.run { await dispatchAll() } }

    private func dispatchAll() async {
        do {
            while !Task.isCancelled {
                let done = try await events.dispatch(limit: Self.batch)
                if done.events > 0 { failpoints.reach(.afterDispatch) }
                notifier.notify(done.queues)
                if done.told > 0 { triggers?.wake() }
                guard done.events == Self.batch else { return }
            }
        } catch is CancellationError {
        } catch {
            logger.warning("events could not be dispatched; they will be", metadata: [LogKey.error: "\(error)"])
        }
    }
}
