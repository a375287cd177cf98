import ArgumentParser

/// The subcommand `budgets remove`.
struct BudgetsRemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a budget; what was paid stays in the ledger."
    )

    @OptionGroup var subject: BudgetSubjectOptions

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).budget("DELETE", subject.members.merging(why.members))
        options.show([StyledLine("the budget is removed")], json: answer, invocation)
        return .success
    }
}
