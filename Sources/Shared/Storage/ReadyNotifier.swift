package import Postgres
import Synchronization

/// Tells the workers of pending jobs, after the commit that made them so: at most one message a queue in 5 ms.
package final class ReadyNotifier: Sendable {
    /// How far apart two messages are, at least.
    package static let interval = Duration.milliseconds(5)

    private let pool: PostgresPool
    private let queues = Mutex<Set<String>>([])
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(_ pool: PostgresPool) {
        self.pool = pool
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks for the workers of `queues` to be told soon.
    package func notify(_ queues: some Sequence<String>) {
        self.queues.withLock { $0.formUnion(queues) }
        wakeUp.yield()
    }

    /// Sends what is asked for, until the task is cancelled.
    ///
    /// A message that cannot be sent is dropped: workers poll.
    package func run() async throws {
        for await _ in wakeUps {
            let queues = queues.withLock { queues in
                defer { queues = [] }
                return queues
            }
            // A lost message costs a worker its poll interval, no more.
            try? await Notifications.sendReady(queues, on: pool)
            try await ContinuousClock().sleep(for: Self.interval)
        }
        throw CancellationError()
    }
}
