import ArgumentParser

/// The subcommand `prices`.
struct PricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices",
        abstract: "Show, set and remove what models' tokens cost.",
        discussion: """
            What a worker's connection says wins over what was set here, and that over what is shipped. Shipped prices are \
            public list prices of a day in the past: check them.
            """,
        subcommands: [PricesListCommand.self, PricesSetCommand.self, PricesRemoveCommand.self],
        defaultSubcommand: PricesListCommand.self
    )
}
