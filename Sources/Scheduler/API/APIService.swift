import Hummingbird
package import Logging
package import Postgres
import ServiceLifecycle
package import Settings
package import Storage

/// Serves the HTTP API.
///
/// A graceful shutdown takes no more connections and lets requests that are under way end, up to a limit; a
/// cancellation cuts them off at once.
package struct APIService: Service {
    /// How long a connection may be silent before it is closed, in seconds.
    private static let idleSeconds: Int64 = 75

    private let configuration: APIConfiguration
    private let routes: APIRoutes
    private let logger: Logger
    private let clock: any Clock<Duration>
    private let onListening: @Sendable (BoundAddress) -> Void

    /// - Parameters:
    ///   - notifier: Is told of queues that get pending jobs; somebody else runs it.
    ///   - dispatcher: Is told of events; somebody else runs it.
    ///   - webhooks: The services that may tell of events, by name.
    ///   - clock: Measures the limit of a graceful shutdown.
    ///   - onListening: Is called once, when requests are answered.
    package init(
        _ configuration: APIConfiguration,
        pool: PostgresPool,
        blobs: OutputBlobs,
        notifier: ReadyNotifier,
        dispatcher: EventDispatcher,
        webhooks: [String: WebhookDefinition] = [:],
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(),
        onListening: @escaping @Sendable (BoundAddress) -> Void = { _ in }
    ) {
        self.configuration = configuration
        routes = APIRoutes(
            pool: pool,
            blobs: blobs,
            notifier: notifier,
            events: EventRoutes(
                events: EventStore(pool),
                dispatcher: dispatcher,
                clock: DatabaseClock(pool),
                webhooks: webhooks,
                failpoints: failpoints
            ),
            failpoints: failpoints,
            logger: logger
        )
        self.logger = logger
        self.clock = clock
        self.onListening = onListening
    }

    /// Serves until it is shut down or cancelled.
    ///
    /// - Throws: `APIServiceError` when the address cannot be listened on.
    package func run() async throws {
        let server = server()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve(server) }
            group.addTask {
                try await gracefulShutdown()
                try await clock.sleep(for: configuration.shutdownLimit)
                logger.warning("requests were cut off: the graceful shutdown took too long")
            }
            defer { group.cancelAll() }
            // Whoever ends first ends the other: the server has stopped, or its time is up.
            try await group.next()
        }
    }

    private func serve(_ server: some Service) async throws {
        do {
            try await server.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw APIServiceError.cannotListen(
                host: configuration.host,
                port: configuration.port,
                reason: ListenFailure.reason(of: error)
            )
        }
    }

    private func server() -> some Service {
        Application(
            responder: routes.responder(),
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in
                guard let address = channel.localAddress, let port = address.port else { return }
                onListening(BoundAddress(host: address.ipAddress ?? configuration.host, port: port))
            },
            logger: quietLogger
        )
    }

    /// The server's own lines say nothing that this program does not say itself.
    private var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
