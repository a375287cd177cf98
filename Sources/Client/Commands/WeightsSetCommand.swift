import ArgumentParser
import JobModel

/// The subcommand `weights set`.
struct WeightsSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Set the weight of a team, 1 to 100.")

    @Argument(help: "The team.")
    var team: String

    @Argument(help: "How many of its jobs go in each turn.")
    var weight: Int

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard (1...100).contains(weight) else { throw ValidationError("a weight is 1 to 100, not \(weight)") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).send(
            "PUT",
            "/v1/weights",
            body: .object(why.members.merging(["team": .string(team), "weight": .integer(Int64(weight))]))
        )
        options.show(WeightsListCommand.lines(answer, width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
