import ArgumentParser
import JobModel

/// The subcommand `backfills`.
struct BackfillsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfills",
        abstract: "Show how far backfills are; pause, resume, cancel and retry them.",
        subcommands: [BackfillsListCommand.self, BackfillsShowCommand.self, BackfillActCommand.self],
        defaultSubcommand: BackfillsListCommand.self
    )
}
