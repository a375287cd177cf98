import ArgumentParser
import JobModel

/// The subcommand `asset show`.
struct AssetShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an asset: its partitions, its last updates, and the triggers that go by it."
    )

    @OptionGroup var asset: AssetNameArgument
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).asset(asset.name)
        let width = invocation.output.width
        let lines =
            AssetsTable.lines(answer.list("teams"), width: width)
            + AssetsTable.partitions(answer.list("partitions"), width: width)
            + AssetsTable.updates(answer.list("updates"), width: width)
            + answer.list("triggers").map {
                StyledLine("starts \($0.text("workflow"))/\($0.text("name")): ").adding($0.text("when"), .dim)
            }
        options.show(lines, json: answer, invocation)
        return .success
    }
}
