import ArgumentParser
import JobModel

/// The subcommand `schedule trigger`.
struct ScheduleTriggerCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Start a run of a schedule now, whether it is paused or not."
    )

    @OptionGroup var name: ScheduleNameArgument
    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await name.act("trigger", why, on: try options.api(invocation))
        options.show([StyledLine("run \(answer.number("id"))", .bold)], json: answer, invocation)
        return .success
    }
}
