import Hummingbird
package import Logging
package import Postgres
package import ServiceLifecycle
package import Storage
import Synchronization

/// Serves the HTTP API.
///
/// A graceful shutdown takes no more connections and lets requests that are under way end, up to a limit; a
/// cancellation cuts them off at once.
package struct APIService: Service {
    /// How long a connection may be silent before it is closed.
    private static let idleSeconds: Int64 = 75

    private let configuration: APIConfiguration
    private let routes: APIRoutes
    private let logger: Logger
    private let clock: any Clock<Duration>
    private let onListening: @Sendable (BoundAddress) -> Void

    /// - Parameters:
    ///   - notifier: Is told of queues that get pending jobs; somebody else runs it.
    ///   - clock: Measures the limit of a graceful shutdown.
    ///   - onListening: Is called once, when requests are answered.
    package init(
        _ configuration: APIConfiguration, pool: PostgresPool, blobs: OutputBlobs, notifier: ReadyNotifier,
        logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        onListening: @escaping @Sendable (BoundAddress) -> Void = { _ in }
    ) {
        self.configuration = configuration
        routes = APIRoutes(pool: pool, blobs: blobs, notifier: notifier, logger: logger)
        self.logger = logger
        self.clock = clock
        self.onListening = onListening
    }

    /// Serves until it is shut down or cancelled.
    ///
    /// - Throws: `APIServiceError` when the address cannot be listened on.
    package func run() async throws {
        let isListening = Atomic(false)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server(isListening).run() }
                group.addTask { try await endTooLongShutdown() }
                try await group.next()
                group.cancelAll()
            }
        } catch where !isListening.load(ordering: .relaxed) && !(error is CancellationError) {
            throw APIServiceError.cannotListen(
                host: configuration.host, port: configuration.port, reason: "\(error)")
        }
    }
}
