package import Postgres
import Synchronization

/// Tells the workers of pending jobs, after the commit that made them so: at most one message a queue in 5 ms.
package final class ReadyNotifier: Sendable {
    /// How far apart two messages are, at least.
    package static let interval = Duration.milliseconds(5)

    private struct State {
        /// Whose workers are to be told.
        var queues: Set<String> = []
        /// When the last message was sent, or the next one will be.
        var lastAt: ContinuousClock.Instant?
    }

    private let pool: PostgresPool
    private let interval: Duration
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(_ pool: PostgresPool, interval: Duration = ReadyNotifier.interval) {
        self.pool = pool
        self.interval = interval
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks for the workers of `queues` to be told soon.
    package func notify(_ queues: some Sequence<String>) {
        state.withLock { $0.queues.formUnion(queues) }
        wakeUp.yield()
    }

    /// The message that `queues` have pending jobs, to be sent by the caller behind the statement that makes them so.
    ///
    /// - Returns: Nil when another one was sent a moment ago; then `notify` is to be called after the commit.
    func message(_ queues: some Sequence<String>) -> (PostgresStatement, [PostgresParameter])? {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard state.queues.isEmpty, state.lastAt.map({ now - $0 >= interval }) ?? true else { return false }
            state.lastAt = now
            return true
        }
        return isDue ? Notifications.ready(queues) : nil
    }

    /// Sends what is asked for, until the task is cancelled.
    ///
    /// A message that cannot be sent is dropped: workers poll.
    package func run() async throws {
        for await _ in wakeUps {
            if let lastAt = state.withLock(\.lastAt) { try await ContinuousClock().sleep(until: lastAt + interval) }
            let queues = state.withLock { state in
                defer { state = State(lastAt: .now) }
                return state.queues
            }
            // A lost message costs a worker its poll interval, no more.
            try? await Notifications.sendReady(queues, on: pool)
        }
        throw CancellationError()
    }
}
