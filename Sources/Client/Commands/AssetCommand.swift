import ArgumentParser

/// The subcommand `asset`.
struct AssetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asset",
        abstract: "List and show assets, and tell of their updates.",
        subcommands: [AssetListCommand.self, AssetShowCommand.self, AssetUpdateCommand.self],
        defaultSubcommand: AssetListCommand.self
    )
}
