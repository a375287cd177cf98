import ArgumentParser

/// The subcommand `cancel`.
struct CancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a run; jobs that run are stopped at once."
    )

    @OptionGroup var id: RunIDArgument
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).cancel(id.run)
        let run = RunSummary(answer)
        let text = run.isFinal ? "run \(run.id) is \(run.state)" : "run \(run.id) is being cancelled"
        options.show([StyledLine("\(text); see 'chassis show \(run.id)'")], json: answer, invocation)
        return .success
    }
}
