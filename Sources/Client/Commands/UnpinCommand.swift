import ArgumentParser
import JobModel

/// The subcommand `unpin`.
struct UnpinCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Have the new runs of a workflow take its newest version again."
    )

    @Argument(help: "The name of the workflow.")
    var workflow: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).pin(workflow, "unpin", why.members)
        options.show(
            [StyledLine("\(workflow) is at v\(answer.number("version")), the newest")],
            json: answer,
            invocation
        )
        return .success
    }
}
