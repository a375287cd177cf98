import ArgumentParser
import JobModel

/// The subcommand `schedule pause`.
struct SchedulePauseCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a schedule; what is due meanwhile is left out."
    )

    @OptionGroup var name: ScheduleNameArgument
    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await name.act("pause", why, on: try options.api(invocation))
        options.show(name.lines("is paused", answer), json: answer, invocation)
        return .success
    }
}
