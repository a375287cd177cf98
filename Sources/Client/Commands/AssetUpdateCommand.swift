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
        let answers = try await tell(of: partitions, api, invocation)
        let lines = answers.map {
            let name = AssetName.asset(of: $0.text("name")) ?? $0.text("name")
            return StyledLine("event \($0.number("id"))").adding("  \(name) \($0.text("key"))", .dim)
        }
        options.show(lines, json: answers.count == 1 ? answers[0] : .array(answers), invocation)
        return .success
    }

    /// Tells of the partitions one by one, and of the asset as a whole where there are none; again where an answer is
    /// lost, since each has a key.
    private func tell(
        of partitions: [String],
        _ api: SchedulerAPI,
        _ invocation: Invocation
    ) async throws -> [JSONValue] {
        // Once for all of them: a pipe can be read once.
        let known = try DataArgument.value(metadata, file: metadataFile, of: "--metadata", invocation)
        let patient = PatientAPI(api: api, errors: invocation.errors, clock: invocation.clock)
        let key = idempotencyKey ?? IdempotencyKey.fresh()
        var answers: [JSONValue] = []
        for part in partitions.isEmpty ? [nil] : partitions.map(Optional.some) {
            let body = body(part, key, known, invocation)
            do {
                answers.append(try await patient.submit(key: key) { try await $0.updateAsset(asset.name, body) })
            } catch {
                if !answers.isEmpty {
                    invocation.errors.print(
                        "\(answers.count) of \(partitions.count) partitions were told of; "
                            + "with --idempotency-key \(key) the same command tells of the others alone"
                    )
                }
                throw error
            }
        }
        return answers
    }

    private func body(
        _ partition: String?,
        _ key: String,
        _ metadata: JSONValue?,
        _ invocation: Invocation
    ) -> JSONObject {
        var body = JSONObject()
        body["partition"] = partition.map { .string($0) }
        body["metadata"] = metadata
        body["team"] = team.map { .string($0) }
        body["idempotency_key"] = .string(IdempotencyKey.of(partition, under: key))
        body["run"] = invocation.run.map { .integer($0) }
        return body
    }
}
