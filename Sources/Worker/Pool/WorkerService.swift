import Checkpoints
import Gateway
import Glibc
import JobModel
package import Logging
import Postgres
import ServiceLifecycle
package import Settings
import Storage
import Telemetry
import Tools
import Workflow

/// One worker process: registers a session, claims and runs jobs, and leaves in good order.
///
/// On graceful shutdown it drains: nothing more is claimed, and jobs are released at their next step boundary. When its
/// lease is lost it drops its work and begins a new session.
package struct WorkerService: Service {
    /// The program's version, as sessions show it.
    package static let version = "0.1.0"

    let settings: WorkerSettings
    let plainHandlers: [String: PlainHandler]
    let code: WorkerCode
    let subscription: Subscription
    let failpoints: WorkerFailpoints
    private let tools: ToolEndpoint
    private let logger: Logger

    /// - Parameter plainHandlers: Code for kinds of jobs that no workflow file knows, by kind.
    /// - Parameter code: Handlers and tools that workflow files name.
    package init(
        settings: WorkerSettings,
        plainHandlers: [String: PlainHandler] = [:],
        code: WorkerCode = WorkerCode(),
        failpoints: WorkerFailpoints = WorkerFailpoints(nil),
        logger: Logger
    ) {
        self.settings = settings
        self.plainHandlers = plainHandlers
        self.code = code
        subscription = Subscription(
            queues: settings.queues,
            labels: settings.labels,
            code: code.names,
            takesPlainJobs: code.alsoRunsOtherJobs
        )
        self.failpoints = failpoints
        tools = ToolEndpoint(logger: logger)
        self.logger = logger
    }

    /// Serves the tools of jobs to their programs until the task is cancelled; to be done beside `run()`, and outside of the
    /// group of services.
    ///
    /// What belongs to that stops listening with the request to stop. Programs run on then, and have to come to a call, at which
    /// their jobs are released.
    package func serveTools() async { await tools.run() }

    package func run() async throws {
        if let failpoint = failpoints.description {
            logger.warning("a failpoint is set", metadata: [LogKey.failpoint: "\(failpoint)"])
        }
        let store = try await DirectoryStore.open(at: settings.store)
        let scratch = try ScratchRoot()
        defer { scratch.remove() }
        let gateway = GatewayHost(
            GatewaySettings(
                postgres: settings.postgres,
                store: settings.store,
                sessionSettings: Self.sessionSettings,
                logFormat: settings.logFormat,
                logLevel: settings.logLevel,
                secrets: settings.connections.values.flatMap(\.secrets).map(Secret.init)
            )
        )
        let pool = PostgresPool(Self.options(settings, name: "chassis-worker"), size: Self.poolSize)
        try await Migrator().check(pool)
        var begun = Optional(try await beginSession())
        while let session = begun,
            try await !runSession(session, pool: pool, store: store, scratch: scratch, gateway: gateway)
        {
            begun = await beginSessionAgain()
        }
        await gateway.stop()
        await pool.close()
        logger.info("the worker has stopped")
    }

    /// How many connections a worker uses besides its session's.
    static let poolSize = 4
    /// The longest pause between two tries to begin another session.
    static let longestPause = Duration.seconds(5)

    /// What the connections of a worker set, besides its session's own.
    package static let sessionSettings = [
        // With an empty table's statistics these plans look cheap, and stay when the table is full.
        "enable_sort": "off", "enable_seqscan": "off", "enable_bitmapscan": "off", "enable_hashjoin": "off",
        "enable_mergejoin": "off",
        // They are the best plans with any values; without this, a claim is planned anew each time.
        "plan_cache_mode": "force_generic_plan",
        // A plan that is forced looks so dear that it would be compiled, for a third of a second each time.
        "jit": "off",
        "idle_in_transaction_session_timeout": "30s", "statement_timeout": "30s",
        // A host that vanished in the middle of a turn must not keep its locks for hours.
        "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
    ]

    private static func options(_ settings: WorkerSettings, name: String) -> PostgresConnection.Options {
        var options = PostgresConnection.Options(conninfo: settings.postgres.exposed, applicationName: name)
        options.sessionSettings = sessionSettings
        return options
    }

    /// A session that has begun.
    private struct Session {
        let keeper: SessionKeeper
        let connection: PostgresConnection
        let events: AsyncStream<WakeUp>
    }

    private func beginSession() async throws -> Session {
        let (events, continuation) = AsyncStream.makeStream(of: WakeUp.self, bufferingPolicy: .bufferingNewest(1024))
        let registration = SessionStore.Registration(
            worker: settings.name ?? "\(Self.hostName)-\(getpid())",
            host: Self.hostName,
            pid: getpid(),
            version: Self.version,
            queues: settings.queues,
            slots: settings.slots,
            labels: subscription.labels.pairs.sorted()
        )
        let (keeper, connection) = try await SessionKeeper.begin(
            registration,
            lease: settings.lease,
            options: sessionOptions(),
            healthFile: settings.healthFile,
            logger: logger,
            wake: { continuation.yield($0) }
        )
        logger.info(
            "the session has begun",
            metadata: [LogKey.session: "\(keeper.session)", LogKey.worker: "\(registration.worker)"]
        )
        return Session(keeper: keeper, connection: connection, events: events)
    }

    /// Begins another session when the lease of the last one was lost, however long the database stays away.
    ///
    /// - Returns: Nil when the worker was asked to stop meanwhile.
    private func beginSessionAgain() async -> Session? {
        await cancelWhenGracefulShutdown {
            var pause = Duration.milliseconds(100)
            while !Task.isCancelled {
                do {
                    return try await beginSession()
                } catch is CancellationError {
                    return nil
                } catch {
                    let reason = (error as? PostgresError)?.reason ?? "\(error)"
                    logger.warning("no new session could be begun yet", metadata: [LogKey.error: "\(reason)"])
                }
                do { try await ContinuousClock().sleep(for: pause) } catch { return nil }
                pause = min(pause * 2, Self.longestPause)
            }
            return nil
        }
    }

    /// Runs one session.
    ///
    /// - Returns: True when the worker was asked to stop; false when the lease was lost.
    private func runSession(
        _ session: Session,
        pool: PostgresPool,
        store: DirectoryStore,
        scratch: ScratchRoot,
        gateway: GatewayHost
    ) async throws -> Bool {
        let (keeper, connection) = (session.keeper, session.connection)
        let logger = logger.with(LogKey.session, "\(keeper.session)")
        let notifier = ReadyNotifier(pool)
        let redactor = Redactor(settings.connections)
        let backlog = Backlog(logs: LogStore(pool), steps: StepStore(pool), logger: logger, redactor: redactor)
        let runner = runner(
            pool: pool,
            store: store,
            scratch: scratch,
            backlog: backlog,
            lease: keeper.lease,
            gateway: gateway,
            tools: tools,
            notifier: notifier,
            logger: logger
        )
        let batches = BatchService(
            connections: settings.connections.values.compactMap { connection in
                guard case .model(let access) = connection.kind, access.hasBatches else { return nil }
                return BatchWork(
                    connection: connection.name,
                    access: access,
                    store: BatchStore(pool),
                    objects: store,
                    session: keeper.session,
                    lease: keeper.lease,
                    notifier: notifier,
                    failpoints: failpoints,
                    redactor: redactor
                )
            },
            logger: logger
        )
        let jobs = JobPool(
            slots: settings.slots,
            subscription: subscription,
            session: keeper.session,
            lease: keeper.lease,
            queue: QueueStore(pool),
            notifier: notifier,
            logger: logger,
            runJob: { await runner.run($0, $1) }
        )
        let isFinished = try await withThrowingTaskGroup(of: SessionEnd?.self) { group in
            group.addTask {
                _ = try await keeper.run(on: connection)
                jobs.leaseWasLost()
                return .lost
            }
            group.addTask {
                try await jobs.run()
                return .drained
            }
            group.addTask {
                for await event in session.events { jobs.deliver(event) }
                return nil
            }
            group.addTask {
                try await notifier.run()
                return nil
            }
            group.addTask {
                try await backlog.run()
                return nil
            }
            group.addTask {
                try await batches.run()
                return nil
            }
            group.addTask {
                try await look(jobs: jobs, notifier: notifier, pool: pool, logger: logger)
                return nil
            }
            group.addTask {
                try await drainOnShutdown(jobs, keeper, logger)
                return nil
            }
            defer { group.cancelAll() }
            var isLost = false
            while let end = try await group.next() {
                switch end {
                case .lost:
                    logger.error("the lease was lost; the work in hand is dropped")
                    isLost = true
                case .drained: return !isLost
                case nil: break
                }
            }
            return !isLost
        }
        await backlog.flush()
        if isFinished { try await keeper.finish() }
        await connection.close()
        return isFinished
    }

    private enum SessionEnd { case lost, drained }

    private func sessionOptions() -> PostgresConnection.Options {
        var options = PostgresConnection.Options(
            conninfo: settings.postgres.exposed,
            applicationName: "chassis-worker session"
        )
        options.sessionSettings = ["statement_timeout": "10s", "jit": "off"]
        return options
    }

    private func drainOnShutdown(_ jobs: JobPool, _ keeper: SessionKeeper, _ logger: Logger) async throws {
        try? await gracefulShutdown()
        try Task.checkCancellation()
        logger.info("draining: no more jobs are claimed")
        jobs.drain()
        // Only lists show it.
        try? await keeper.drain()
        try await ContinuousClock().sleep(for: settings.drain)
        logger.warning("the drain has lasted long enough; jobs are released where they stand")
        jobs.stopDraining()
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
