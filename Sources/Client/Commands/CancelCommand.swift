import ArgumentParser

/// The subcommand `cancel`.
struct CancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a run and the runs it started, or all runs of a filter; jobs that run are stopped at once.",
        discussion:
            "With a filter, the runs are only shown until --yes is given. Ended in the middle, the same call goes on."
    )

    @OptionGroup var runs: RunsArgument
    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        try await runs.perform("cancel", why.members, options, invocation) { run in
            let text = run.isFinal ? "run \(run.id) is \(run.state)" : "run \(run.id) is being cancelled"
            return "\(text); see 'chassis show \(run.id)'"
        }
    }
}
