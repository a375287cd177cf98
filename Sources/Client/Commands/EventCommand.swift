import ArgumentParser

/// The subcommand `event`.
struct EventCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event",
        abstract: "Tell of events, and list them.",
        subcommands: [EventSendCommand.self, EventListCommand.self],
        defaultSubcommand: EventListCommand.self
    )
}
