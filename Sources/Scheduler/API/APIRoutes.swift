import Hummingbird
import Logging
import Postgres
import Settings
import Storage

/// All paths of the API.
struct APIRoutes: Sendable {
    private let pool: PostgresPool
    private let blobs: OutputBlobs
    private let notifier: ReadyNotifier
    private let events: EventRoutes
    private let failpoints: SchedulerFailpoints
    private let logger: Logger

    init(
        pool: PostgresPool,
        blobs: OutputBlobs,
        notifier: ReadyNotifier,
        events: EventRoutes,
        failpoints: SchedulerFailpoints,
        logger: Logger
    ) {
        self.pool = pool
        self.blobs = blobs
        self.notifier = notifier
        self.events = events
        self.failpoints = failpoints
        self.logger = logger
    }

    /// What answers requests.
    func responder() -> RouterResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ProblemMiddleware(logger: logger))
        for endpoint in ProbeRoutes(pool: pool).endpoints + events.openEndpoints { endpoint.add(to: router) }
        let guarded = router.group().add(middleware: AccessMiddleware(tokens: AccessTokenStore(pool)))
        for endpoint in guardedEndpoints { endpoint.add(to: guarded) }
        return router.buildResponder()
    }

    private var guardedEndpoints: [Endpoint] {
        let reader = RunReader(pool)
        let answer = AnswerToAct(logger: logger)
        let acts = RunActs(
            reader: reader,
            runs: RunStore(pool),
            notifier: notifier,
            audit: AuditStore(pool),
            answer: answer,
            failpoints: failpoints
        )
        return WorkflowRoutes().endpoints
            + RunRoutes(
                reader: reader,
                runs: RunStore(pool),
                notifier: notifier,
                acts: acts,
                versions: ChildStore(pool)
            ).endpoints
            + OperationRoutes(acts: acts, queue: QueueStore(pool), blobs: blobs).endpoints
            + events.endpoints
            + ForkRoutes(
                reader: reader,
                forks: ForkStore(pool),
                checkpoints: blobs.checkpoints,
                notifier: notifier,
                answer: answer
            ).endpoints
            + TranscriptRoutes(reader: reader, forks: ForkStore(pool), checkpoints: blobs.checkpoints).endpoints
            + OutputRoutes(reader: reader, blobs: blobs).endpoints
            + LogRoutes(reader: reader).endpoints
            + WorkerRoutes(reader: reader).endpoints
            + WhyRoutes(reader: reader).endpoints
            + WeightRoutes(weights: WeightStore(pool), answer: answer).endpoints
            + PauseRoutes(pauses: PauseStore(pool), reader: reader, notifier: notifier).endpoints
            + ApprovalRoutes(approvals: ApprovalStore(pool), audit: AuditStore(pool), notifier: notifier).endpoints
            + MoneyRoutes(
                money: MoneyStore(pool),
                reader: reader,
                versions: ChildStore(pool),
                notifier: notifier,
                answer: answer
            ).endpoints
            + ScheduleRoutes(pool: pool, notifier: notifier, answer: answer).endpoints
            + PinRoutes(deployments: DeployStore(pool)).endpoints
            + BackfillRoutes(pool: pool, answer: answer).endpoints
            + AssetRoutes(pool: pool, events: events).endpoints
            + EventTriggerRoutes(triggers: EventTriggerStore(pool), answer: answer).endpoints
    }
}
