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
        gateway: GatewayHost,
        tools: ToolEndpoint,
        children: WorkflowHandler
    ) -> [JobKind.Name: any JobHandler] {
        let runner = ProgramRunner(redactor: Redactor(settings.connections))
        let toolbox = Toolbox(
            connections: settings.connections,
            runner: runner,
            programs: ProgramDirectory(path: settings.programs ?? "/nonexistent"),
            skills: settings.skills.map(SkillFolder.init(path:))
        )
        let files = RequestFiles(store: store, runs: runs)
        return [
            .agent: AgentHandler(connections: settings.connections, files: files, gates: gates, toolbox: toolbox),
            .llm: LLMHandler(connections: settings.connections, files: files, gates: gates),
            .command: CommandHandler(
                runner: runner,
                programs: settings.programs.map(ProgramDirectory.init),
                artifacts: ArtifactKeeper(store: store),
                gateway: ProgramGateway(host: gateway, connections: settings.connections),
                tools: ProgramToolbox(toolbox: toolbox, endpoint: tools)
            ),
            .sql: SQLHandler(toolbox: toolbox),
            .http: HTTPHandler(toolbox: toolbox),
            .wait: WaitHandler(clock: clock, events: events),
            .approval: ApprovalHandler(),
            .workflow: children,
        ]
    }
}
