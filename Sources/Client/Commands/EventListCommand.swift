import ArgumentParser
import JobModel

/// The subcommand `event list`.
struct EventListCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List events, the newest first.")

    @Option(help: "Only events of this name.") var name: String?
    @Option(help: "Only events with this key.") var key: String?
    @Option(help: "How many, 1 to 200.") var limit = 50
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).events(name: name, key: key, limit: limit)
        options.show(EventsTable.lines(answer.list("events"), width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
