import ArgumentParser
import JobModel

/// The subcommand `diff`.
struct DiffCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two runs: file, params, prompts, messages, tool calls, outputs and money.",
        discussion: "Lines that only the first run has begin with -, those that only the second has with +."
    )

    @Argument(help: "The first run.", transform: Self.number) var first: RunID
    @Argument(help: "The second run.", transform: Self.number) var second: RunID

    @OptionGroup var options: SchedulerOptions

    @Sendable private static func number(_ text: String) throws -> RunID {
        guard let number = Int64(text), number > 0 else {
            throw ValidationError("a run is named by its number, such as 12; 'chassis runs' lists them")
        }
        return RunID(rawValue: number)
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let sides = (try await ComparedRun.read(first, api), try await ComparedRun.read(second, api))
        let difference = RunDifference(sides.0, sides.1)
        options.show(RunDifferenceView(difference).lines, json: difference.json, invocation)
        return .success
    }
}
