import ArgumentParser

/// The subcommand `backfills list`.
struct BackfillsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List backfills, the newest first.")

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).backfills()
        let lines = BackfillsTable.lines(answer.list("backfills"), width: invocation.output.width)
        options.show(lines, json: answer, invocation)
        return .success
    }
}
