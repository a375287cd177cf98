import Checkpoints
import JobModel
package import Logging
import Postgres
package import ServiceLifecycle
package import Settings
import Storage
import Telemetry

/// Puts a scheduler process together.
package enum SchedulerProcess {
    /// The program's version.
    package static let version = "0.1.0"
    /// How many connections a scheduler uses for what people ask, and as many for its own work.
    static let poolSize = 8

    /// Checks database and store, and returns the services to run.
    ///
    /// - Throws: What is wrong with them, in one line that says what to do.
    package static func services(
        settings: SchedulerSettings,
        logger: Logger
    ) async throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
        var options = PostgresConnection.Options(
            conninfo: settings.postgres.exposed,
            applicationName: "chassis-scheduler"
        )
        options.sessionSettings = SubmitterSettings.all
        options.sessionSettings["idle_in_transaction_session_timeout"] = "30s"
        options.sessionSettings["statement_timeout"] = "30s"
        let pool = PostgresPool(options, size: poolSize)
        // However much people ask, or however long a request waits for a lock, what has stopped is noticed.
        let peoplesPool = PostgresPool(options, size: poolSize)
        try await Migrator().check(pool)
        let store = try await DirectoryStore.open(at: settings.store)
        let notifier = ReadyNotifier(pool)
        let failpoints = SchedulerFailpoints(ProcessEnvironment.all["CHASSIS_FAILPOINT"])
        if let failpoint = failpoints.description {
            logger.warning("a failpoint is set", metadata: [LogKey.failpoint: "\(failpoint)"])
        }
        let repair = RepairService(
            pool: pool,
            repair: Repair(grace: settings.grace, poisonLimit: settings.poisonLimit, ageing: settings.ageing),
            notifier: notifier,
            failpoints: failpoints,
            logger: logger
        )
        let triggers = EventTriggerService(pool: pool, notifier: notifier, failpoints: failpoints, logger: logger)
        let dispatcher = EventDispatcher(
            events: EventStore(pool),
            notifier: notifier,
            triggers: triggers,
            failpoints: failpoints,
            logger: logger
        )
        let api = APIService(
            APIConfiguration(host: settings.host, port: settings.port),
            pool: peoplesPool,
            blobs: OutputBlobs(store),
            notifier: notifier,
            dispatcher: dispatcher,
            webhooks: settings.webhooks,
            failpoints: failpoints,
            logger: logger
        ) { address in
            logger.info("listening", metadata: [LogKey.address: "\(address)"])
        }
        let schedules = ScheduleService(pool: pool, notifier: notifier, failpoints: failpoints, logger: logger)
        let backfills = BackfillService(pool: pool, notifier: notifier, failpoints: failpoints, logger: logger)
        let ends = RunEndService(options, logger: logger) {
            triggers.wake()
            schedules.wake()
            backfills.wake()
        }
        let retention = RetentionService(
            pool: pool,
            store: store,
            retention: settings.retention,
            failpoints: failpoints,
            logger: logger
        )
        return [
            .init(service: api), .init(service: repair), .init(service: retention),
            .init(service: backfills), .init(service: schedules), .init(service: ends),
            .init(service: NotifierService(notifier)),
            .init(service: WatchService(pool: pool, notifier: notifier, failpoints: failpoints, logger: logger)),
            .init(service: ApprovalService(pool: pool, notifier: notifier, failpoints: failpoints, logger: logger)),
            .init(service: OutboxService(pool: pool, webhook: try Webhook(settings), logger: logger)),
            .init(service: dispatcher), .init(service: triggers),
            .init(
                service: try AssetSourceService(
                    settings.assetSources,
                    pool: pool,
                    dispatcher: dispatcher,
                    retention: settings.retention,
                    logger: logger
                )
            ),
        ]
    }
}
