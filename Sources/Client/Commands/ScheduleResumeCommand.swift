import ArgumentParser
import JobModel

/// The subcommand `schedule resume`.
struct ScheduleResumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Have a paused schedule go on with its next due time."
    )

    @OptionGroup var name: ScheduleNameArgument
    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await name.act("resume", why, on: try options.api(invocation))
        options.show(name.lines("goes on", answer), json: answer, invocation)
        return .success
    }
}
