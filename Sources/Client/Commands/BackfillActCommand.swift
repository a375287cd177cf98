import ArgumentParser
import JobModel

/// The subcommand `backfills do`.
struct BackfillActCommand: ClientCommand {
    /// What can be done with a backfill.
    enum Act: String, CaseIterable, ExpressibleByArgument, Sendable {
        case pause, resume, cancel
        /// Only what has failed, or could start no run.
        case retry
    }

    static let configuration = CommandConfiguration(
        commandName: "do",
        abstract: "Pause, resume or cancel a backfill, or retry what of it has failed or was refused."
    )

    @Argument(help: "pause, resume, cancel or retry.")
    var act: Act

    @Argument(help: "The number of the backfill.")
    var backfill: Int64

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).backfill(backfill, act.rawValue, why.members)
        options.show(BackfillsTable.lines([answer], width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
