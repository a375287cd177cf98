package import Logging
import ServiceLifecycle
package import Storage
import Telemetry

/// Brings events to the jobs that wait for them: at once for those this scheduler took, soon for those of others.
package struct EventDispatcher: Service {
    /// How far apart two looks for other schedulers' events are.
    package static let interval = Duration.seconds(1)
    /// The most events of one transaction.
    static let batch = 1000

    private let events: EventStore
    private let notifier: ReadyNotifier
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(
        events: EventStore,
        notifier: ReadyNotifier,
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.events = events
        self.notifier = notifier
        self.clock = clock
        self.logger = logger
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Has events dispatched that were just kept.
    package func wake() { wakeUp.yield() }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Another scheduler may have died between keeping an event and dispatching it.
                    while !Task.isCancelled {
                        wakeUp.yield()
                        do { try await clock.sleep(for: Self.interval) } catch { return }
                    }
                }
                for await _ in wakeUps { await dispatchAll() }
                group.cancelAll()
            }
        }
    }

    private func dispatchAll() async {
        do {
            while !Task.isCancelled {
                let done = try await events.dispatch(limit: Self.batch)
                notifier.notify(done.queues)
                guard done.events == Self.batch else { return }
            }
        } catch is CancellationError {
        } catch {
            logger.warning("events could not be dispatched; they will be", metadata: [LogKey.error: "\(error)"])
        }
    }
}
