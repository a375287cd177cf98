import ArgumentParser

/// The subcommand `resume`.
struct ResumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Have a paused run, workflow or queue go on."
    )

    @OptionGroup var subject: PauseSubject
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await subject.act("resume", on: try options.api(invocation))
        options.show([StyledLine("\(subject.name) goes on")], json: answer, invocation)
        return .success
    }
}
