import ArgumentParser

/// The subcommand `queue`.
struct QueueCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "queue", abstract: "Show what stands in the queues.")

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).queues()
        options.show(
            QueuesTable.lines(answer.list("queues").map(QueueDetail.init), now: .now, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
