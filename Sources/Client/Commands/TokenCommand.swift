import ArgumentParser

/// The subcommand `token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make tokens for the HTTP API.",
        subcommands: [TokenCreateCommand.self]
    )
}
