import ArgumentParser
import JobModel

/// The subcommand `budgets list`.
struct BudgetsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show budgets and what they have come to (the default)."
    )

    @Option(name: .long, help: "The budgets of this run and its jobs, instead of those of teams and connections.")
    var run: Int64?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).budgets(of: run.map(RunID.init))
        options.show(
            BudgetsTable.lines(
                answer.list("budgets").map(BudgetDetail.init),
                now: .now,
                width: invocation.output.width
            ),
            json: answer,
            invocation
        )
        return .success
    }
}
