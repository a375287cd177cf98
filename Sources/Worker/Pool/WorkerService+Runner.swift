import Checkpoints
import Gateway
import JobModel
import Logging
import Postgres
import Settings
import Storage
import Tools

extension WorkerService {
    /// What runs the jobs of a session.
    func runner(
        pool: PostgresPool,
        store: DirectoryStore,
        scratch: ScratchRoot,
        backlog: Backlog,
        lease: SessionLease,
        gateway: GatewayHost,
        tools: ToolEndpoint,
        notifier: ReadyNotifier,
        logger: Logger
    ) -> JobRunner {
        let runs = RunStore(pool)
        return JobRunner(
            definitions: Definitions(runs),
            runs: runs,
            maps: MapStore(pool),
            notifier: notifier,
            steps: StepStore(pool),
            approvals: ApprovalStore(pool),
            forks: ForkStore(pool),
            batches: BatchStore(pool),
            prices: PriceBook(MoneyStore(pool)),
            store: store,
            backlog: backlog,
            lease: lease,
            failpoints: failpoints,
            scratchRoot: scratch,
            handlers: Handlers.all(
                settings: settings,
                store: store,
                runs: runs,
                clock: DatabaseClock(pool),
                events: EventStore(pool),
                gates: ConnectionGates(store: ConnectionStore(pool), patience: Patience(lease: lease)),
                batches: BatchStore(pool),
                gateway: gateway,
                tools: tools,
                children: WorkflowHandler(
                    children: ChildStore(pool),
                    reader: RunReader(pool),
                    store: store,
                    notifier: notifier,
                    money: MoneyStore(pool)
                ),
                code: code
            ),
            plainHandlers: plainHandlers,
            logger: logger
        )
    }
}
