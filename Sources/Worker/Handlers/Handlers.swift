import Checkpoints
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
        clock: DatabaseClock,
        events: EventStore
    ) -> [JobKind.Name: any JobHandler] {
        let runner = ProgramRunner()
        let toolbox = Toolbox(
            connections: settings.connections,
            runner: runner,
            programs: ProgramDirectory(path: settings.programs ?? "/nonexistent")
        )
        let provider = OpenAIChatProvider()
        return [
            .agent: AgentHandler(provider: provider, connections: settings.connections, toolbox: toolbox),
            .llm: LLMHandler(provider: provider, connections: settings.connections),
            .command: CommandHandler(
                runner: runner,
                programs: settings.programs.map(ProgramDirectory.init),
                artifacts: ArtifactKeeper(store: store)
            ),
            .sql: SQLHandler(toolbox: toolbox),
            .http: HTTPHandler(toolbox: toolbox),
            .wait: WaitHandler(clock: clock, events: events),
        ]
    }
}
