import ArgumentParser
import JobModel

/// The subcommand `weights list`.
struct WeightsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the weights that were set (the default)."
    )

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).get("/v1/weights")
        options.show(Self.lines(answer, width: invocation.output.width), json: answer, invocation)
        return .success
    }

    static func lines(_ answer: JSONValue, width: Int?) -> [StyledLine] {
        let entries = answer.list("weights")
        guard !entries.isEmpty else { return [StyledLine("no weight was set: all teams have 1", .dim)] }
        var table = Table([.init(title: "team", isFlexible: true), .init(title: "weight", alignment: .right)])
        for entry in entries {
            table.add([StyledLine(entry.text("team"), .bold), StyledLine(String(entry.number("weight")))])
        }
        return table.lines(width: width)
    }
}
