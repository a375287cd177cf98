import ArgumentParser

/// The subcommand `retry`.
struct RetryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let the failed, skipped and cancelled jobs of an ended run go on from their checkpoints."
    )

    @OptionGroup var id: RunIDArgument

    @Flag(
        name: .customLong("repeat-unknown"),
        help: "Also repeat tool calls with effect 'once' whose outcome is unknown; they may then have happened twice."
    )
    var repeatsUnknown = false

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).retry(id.run, repeatsUnknown: repeatsUnknown)
        let run = RunSummary(answer)
        options.show(
            [StyledLine("run \(run.id) goes on; follow it with 'chassis logs \(run.id) --follow'")],
            json: answer,
            invocation
        )
        return .success
    }
}
