import ArgumentParser
import JobModel

/// The subcommand `backfills show`.
struct BackfillsShowCommand: ClientCommand {
    /// The most items of one answer.
    private static let page = 1_000

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what came of each due time or partition of a backfill, in the order in which they start."
    )

    @Argument(help: "The number of the backfill.")
    var backfill: Int64

    @Option(help: "Only those that are pending, running, succeeded, failed, cancelled or refused.")
    var state: String?

    @Option(help: "How many at most.")
    var limit = 200

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1, not \(limit)") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let answer = try await api.backfill(backfill)
        var items: [JSONValue] = []
        var next: Int64? = 0
        while let after = next, items.count < limit {
            let page = try await api.items(
                of: backfill,
                state: state,
                after: after,
                limit: min(Self.page, limit - items.count)
            )
            items += page.list("items")
            next = page.optionalNumber("next")
        }
        let width = invocation.output.width
        var lines = BackfillsTable.lines([answer], width: width) + BackfillsTable.items(items, width: width)
        if next != nil { lines.append(StyledLine("the first \(items.count); --limit shows more", .dim)) }
        options.show(lines, json: .object(["backfill": answer, "items": .array(items)]), invocation)
        return .success
    }
}
