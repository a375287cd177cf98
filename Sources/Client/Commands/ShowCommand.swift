import ArgumentParser

/// The subcommand `show`.
struct ShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a run: its graph, attempts, steps, what was replayed, and the money."
    )

    @OptionGroup var id: RunIDArgument
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).run(id.run)
        options.show(
            RunView(run: RunDetail(answer), now: .now).lines(width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
