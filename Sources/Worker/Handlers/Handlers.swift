import Checkpoints
import Gateway
import Models
import Settings
import Storage
import Tools
import Workflow

/// The handlers of the kinds of jobs that workflow files know.
enum Handlers {
    static func all(
        settings: WorkerSettings,
        store: DirectoryStore,
        runs: RunStore,
        clock: DatabaseClock,
        events: EventStore,
        gates: ConnectionGates,
        batches: BatchStore,
        gateway: GatewayHost,
        tools: ToolEndpoint,
        children: WorkflowHandler,
        code: WorkerCode
    ) -> [JobKind.Name: any JobHandler] {
        let runner = ProgramRunner(redactor: Redactor(settings.connections))
        let toolbox = Toolbox(
            connections: settings.connections,
            runner: runner,
            programs: ProgramDirectory(path: settings.programs ?? "/nonexistent"),
            code: code.tools,
            skills: settings.skills.map(SkillFolder.init(path:))
        )
        let kit = AgentKit(
            connections: settings.connections,
            files: RequestFiles(store: store, runs: runs),
            gates: gates,
            toolbox: toolbox
        )
        return [
            .agent: AgentHandler(kit: kit),
            .llm: LLMHandler(kit: kit, batches: batches),
            .command: CommandHandler(
                runner: runner,
                programs: settings.programs.map(ProgramDirectory.init),
                artifacts: ArtifactKeeper(store: store),
                gateway: ProgramGateway(host: gateway, connections: settings.connections, store: store),
                tools: ProgramToolbox(toolbox: toolbox, endpoint: tools)
            ),
            .sql: SQLHandler(toolbox: toolbox),
            .http: HTTPHandler(toolbox: toolbox),
            .wait: WaitHandler(clock: clock, events: events),
            .approval: ApprovalHandler(),
            .workflow: children,
            .handler: CodeHandler(code: code, kit: CodeKit(agents: kit, clock: clock)),
        ]
    }
}
