import ArgumentParser

/// The subcommand `workers`.
struct WorkersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract: "List the workers that live, and those that ended within the hour."
    )

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).workers()
        options.show(
            WorkersTable.lines(
                answer.list("workers").map(WorkerDetail.init),
                now: .now,
                width: invocation.output.width
            ),
            json: answer,
            invocation
        )
        return .success
    }
}
