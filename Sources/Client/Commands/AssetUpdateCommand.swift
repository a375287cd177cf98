import ArgumentParser
import JobModel

/// The subcommand `asset update`.
struct AssetUpdateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Tell that an asset was brought up to date: workflows that go by it start.",
        discussion: "Within a command job it says by itself from which run it comes.",
        aliases: ["materialise"]
    )

    @OptionGroup var asset: AssetNameArgument

    @Option(
        parsing: .singleValue,
        help: "Which part of it, such as 2026-01-31; may be given several times, or as days 2026-01-01..2026-01-31."
    )
    var partition: [String] = []

    @Flag(name: .customLong("newest-first"), help: "Tell of the last partition first.")
    var newestFirst = false

    @Flag(name: .customLong("dry-run"), help: "Only show the partitions; nothing is sent.")
    var isTrial = false

    @Option(help: "What is to be known about it, as JSON; what is no JSON is taken as a text.") var metadata: String?

    @Option(name: .customLong("metadata-file"), help: DataArgument.fileHelp)
    var metadataFile: String?

    @Option(help: "The team whose workflows hear of it (default).") var team: String?

    @Option(
        name: .customLong("idempotency-key"),
        help:
            "The same for every telling of the same update; the second one changes nothing. Each partition has its own."
    )
    var idempotencyKey: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        var partitions = try PartitionList.expand(partition)
        if newestFirst { partitions.reverse() }
        guard !isTrial else {
            let shown = partitions.map { StyledLine("\(asset.name) \($0)") }
            let last = StyledLine("nothing was sent: a dry run", .dim)
            options.show(shown + [last], json: .array(partitions.map { .string($0) }), invocation)
            return .success
        }
        // Once for all of them: a pipe can be read once.
        let known = try DataArgument.value(metadata, file: metadataFile, of: "--metadata", invocation)
        var answers: [JSONValue] = []
        for part in partitions.isEmpty ? [nil] : partitions.map(Optional.some) {
            let body = body(part, of: partitions.count, known, invocation)
            answers.append(try await api.updateAsset(asset.name, body))
        }
        let lines = answers.map {
            StyledLine("event \($0.number("id"))").adding("  \(asset.name) \($0.text("partition"))", .dim)
        }
        options.show(lines, json: answers.count == 1 ? answers[0] : .array(answers), invocation)
        return .success
    }

    private func body(
        _ partition: String?,
        of count: Int,
        _ metadata: JSONValue?,
        _ invocation: Invocation
    ) -> JSONObject {
        var body = JSONObject()
        body["partition"] = partition.map { .string($0) }
        body["metadata"] = metadata
        body["team"] = team.map { .string($0) }
        body["idempotency_key"] = idempotencyKey.map { .string(count > 1 ? "\($0) \(partition ?? "")" : $0) }
        body["run"] = invocation.run.map { .integer($0) }
        return body
    }
}
