import Hummingbird
import Logging
import Postgres
import Storage

/// All paths of the API.
struct APIRoutes: Sendable {
    private let pool: PostgresPool
    private let blobs: OutputBlobs
    private let notifier: ReadyNotifier
    private let logger: Logger

    init(pool: PostgresPool, blobs: OutputBlobs, notifier: ReadyNotifier, logger: Logger) {
        self.pool = pool
        self.blobs = blobs
        self.notifier = notifier
        self.logger = logger
    }

    /// What answers requests.
    func responder() -> RouterResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ProblemMiddleware(logger: logger))
        for endpoint in ProbeRoutes(pool: pool).endpoints { endpoint.add(to: router) }
        let guarded = router.group().add(middleware: AccessMiddleware(tokens: AccessTokenStore(pool)))
        for endpoint in guardedEndpoints { endpoint.add(to: guarded) }
        return router.buildResponder()
    }

    private var guardedEndpoints: [Endpoint] {
        let reader = RunReader(pool)
        return WorkflowRoutes().endpoints
            + RunRoutes(reader: reader, runs: RunStore(pool), notifier: notifier).endpoints
            + ForkRoutes(
                reader: reader,
                forks: ForkStore(pool),
                checkpoints: blobs.checkpoints,
                notifier: notifier
            ).endpoints
            + TranscriptRoutes(reader: reader, forks: ForkStore(pool), checkpoints: blobs.checkpoints).endpoints
            + OutputRoutes(reader: reader, blobs: blobs).endpoints
            + LogRoutes(reader: reader).endpoints
            + WorkerRoutes(reader: reader).endpoints
            + ScheduleRoutes(pool: pool, notifier: notifier).endpoints
            + BackfillRoutes(pool: pool).endpoints
    }
}
