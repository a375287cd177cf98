import ArgumentParser

/// The subcommand `approvals`.
struct ApprovalsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "List what waits for a decision, or show one approval whole."
    )

    @Argument(help: "The number of an approval, to see it whole.")
    var id: Int64?

    @Flag(name: .long, help: "Also those that were decided.")
    var all = false

    @Option(name: .long, help: "Only those of the run with this number.")
    var run: Int64?

    @Option(name: .long, help: "How many at most, 1 to 1000.")
    var limit = 100

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is \(limit), it goes from 1 to 1000") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        if let id {
            let answer = try await api.approval(id)
            options.show(ApprovalsView.lines(ApprovalDetail(answer), now: .now), json: answer, invocation)
            return .success
        }
        let answer = try await api.approvals(state: all ? "all" : "open", run: run, limit: limit)
        options.show(
            ApprovalsView.lines(
                answer.list("approvals").map(ApprovalDetail.init),
                now: .now,
                width: invocation.output.width
            ),
            json: answer,
            invocation
        )
        return .success
    }
}
