import ArgumentParser
import JobModel

/// The subcommand `triggers`.
struct TriggersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "List the triggers of deployed workflows that go by assets or events."
    )

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).triggers()
        let lines = TriggersTable.lines(answer.list("triggers"), width: invocation.output.width)
        options.show(lines, json: answer, invocation)
        return .success
    }
}
