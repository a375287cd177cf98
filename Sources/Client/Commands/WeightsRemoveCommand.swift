import ArgumentParser
import JobModel

/// The subcommand `weights remove`.
struct WeightsRemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Have a team go like those without a weight."
    )

    @Argument(help: "The team.")
    var team: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).send(
            "DELETE",
            "/v1/weights",
            body: .object(why.members.merging(["team": .string(team)]))
        )
        options.show(WeightsListCommand.lines(answer, width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
