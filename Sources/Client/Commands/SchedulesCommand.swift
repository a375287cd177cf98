import ArgumentParser
import JobModel

/// The subcommand `schedules`.
struct SchedulesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "List the schedules of deployed workflows."
    )

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).schedules()
        options.show(
            SchedulesTable.lines(answer.list("schedules"), now: .now, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
