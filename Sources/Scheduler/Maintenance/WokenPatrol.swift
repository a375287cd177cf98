import Logging
import ServiceLifecycle
import Telemetry

/// A patrol that is also woken, and then looks for what the waker told of.
struct WokenPatrol: Sendable {
    private let patrol: Patrol
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(_ patrol: Patrol) {
        self.patrol = patrol
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Has it look now; many calls during one look are one more look.
    func wake() { wakeUp.yield() }

    /// Looks, and rests as long as the look says; beside that, looks whenever it is woken, until the process is asked to stop.
    func run(
        _ look: @escaping @Sendable () async throws -> Duration,
        whenWoken: @escaping @Sendable () async throws -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await patrol.run(look) }
                for await _ in wakeUps {
                    do {
                        try await whenWoken()
                    } catch is CancellationError {
                    } catch {
                        // The patrol looks too, soon, and says so.
                        patrol.logger.debug(patrol.complaint, metadata: [LogKey.error: "\(error)"])
                    }
                }
                group.cancelAll()
            }
        }
    }
}
