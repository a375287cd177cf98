import ArgumentParser
import JobModel

/// The subcommand `pin`.
struct PinCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Have the new runs of a workflow take a certain version, whatever is deployed.",
        discussion: "The version becomes the deployed one, so its triggers count; 'chassis unpin' ends it. Runs keep "
            + "the version they were started with."
    )

    @Argument(help: "The name of a deployed workflow.")
    var workflow: String

    @Option(name: .long, help: "The number of the version; by default the one that is deployed.")
    var version: Int64?

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var body = why.members
        body["version"] = version.map { .integer($0) }
        let answer = try await options.api(invocation).pin(workflow, "pin", body)
        options.show(
            [StyledLine("\(workflow) stays at v\(answer.number("version"))")],
            json: answer,
            invocation
        )
        return .success
    }
}
