import ArgumentParser

/// The subcommand `prices remove`.
struct PricesRemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove all prices that were set for a model."
    )

    @OptionGroup var model: ModelArgument

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).price("DELETE", model.members.merging(why.members))
        options.show([StyledLine("the prices are removed")], json: answer, invocation)
        return .success
    }
}
