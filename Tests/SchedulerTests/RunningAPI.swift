import Checkpoints
import Logging
import Postgres
import Scheduler
import ServiceLifecycle
import Settings
import Storage

/// An API that listens on a free port, with a store of its own.
struct RunningAPI: Sendable {
    let address: BoundAddress
    let store: DirectoryStore
    private let services: ServiceGroup

    /// Runs a test against an API over a database, and shuts the API down gracefully.
    static func serve(
        _ pool: PostgresPool,
        shutdownLimit: Duration = .seconds(60),
        webhooks: [String: WebhookDefinition] = [:],
        _ test: (RunningAPI) async throws -> Void
    ) async throws {
        let directory = ScratchStore()
        defer { directory.remove() }
        let store = try await DirectoryStore.open(at: directory.path)
        let (addresses, listening) = AsyncStream.makeStream(of: BoundAddress.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let notifier = ReadyNotifier(pool)
        let dispatcher = EventDispatcher(events: EventStore(pool), notifier: notifier, logger: logger)
        let service = APIService(
            APIConfiguration(port: 0, shutdownLimit: shutdownLimit),
            pool: pool,
            blobs: OutputBlobs(store),
            notifier: notifier,
            dispatcher: dispatcher,
            webhooks: webhooks,
            logger: logger
        ) { listening.yield($0) }
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [service, dispatcher], logger: logger)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await services.run()
            }
            for await address in addresses.prefix(1) {
                try await test(RunningAPI(address: address, store: store, services: services))
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Asks it to stop, and does not wait.
    func shutDown() async { await services.triggerGracefulShutdown() }
}
