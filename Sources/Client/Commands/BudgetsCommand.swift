import ArgumentParser

/// The subcommand `budgets`.
struct BudgetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets",
        abstract: "Show, set and remove budgets.",
        discussion: "A call is not made when the most that it can cost does not fit.",
        subcommands: [BudgetsListCommand.self, BudgetsSetCommand.self, BudgetsRemoveCommand.self],
        defaultSubcommand: BudgetsListCommand.self
    )
}
