import ArgumentParser
import JobModel

/// The subcommand `asset list`.
struct AssetListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the assets that were ever brought up to date."
    )

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).assets()
        options.show(AssetsTable.lines(answer.list("assets"), width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
