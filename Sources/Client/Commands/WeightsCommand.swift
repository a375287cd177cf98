import ArgumentParser

/// The subcommand `weights`.
struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Show, set and remove how many jobs of a team go in each turn of its queues.",
        discussion: "Teams without a weight have 1. A weight counts for runs that start after it was set.",
        subcommands: [WeightsListCommand.self, WeightsSetCommand.self, WeightsRemoveCommand.self],
        defaultSubcommand: WeightsListCommand.self
    )
}
