import ArgumentParser
import JobModel

/// The subcommand `prices list`.
struct PricesListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the prices that were set (the default), or those that are shipped."
    )

    @Flag(name: .customLong("shipped"), help: "The list prices that come with the program.")
    var showsShipped = false

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).prices()
        let shipped = answer["shipped"] ?? .null
        var lines = PricesTable.lines(
            showsShipped ? shipped.list("prices") : answer.list("prices"),
            now: .now,
            width: invocation.output.width
        )
        if showsShipped {
            lines.append(
                StyledLine(
                    "public list prices as of \(shipped.text("as_of")); check them against the provider's own",
                    .dim
                )
            )
        }
        options.show(lines, json: answer, invocation)
        return .success
    }
}
