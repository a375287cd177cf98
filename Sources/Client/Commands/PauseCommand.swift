import ArgumentParser

/// The subcommand `pause`.
struct PauseCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a run, a workflow or a queue: nothing of it is begun; jobs that run go on to their end."
    )

    @OptionGroup var subject: PauseSubject
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await subject.act("pause", on: try options.api(invocation))
        options.show([StyledLine("\(subject.name) is paused")], json: answer, invocation)
        return .success
    }
}
