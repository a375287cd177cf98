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
    @Option(help: "Which part of it, such as 2026-01-31.") var partition: String?
    @Option(help: "What is to be known about it, as JSON; what is no JSON is taken as a text.") var metadata: String?
    @Option(help: "The team whose workflows hear of it (default).") var team: String?

    @Option(
        name: .customLong("idempotency-key"),
        help: "The same for every telling of the same update; the second one changes nothing."
    )
    var idempotencyKey: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var body = JSONObject()
        body["partition"] = partition.map { .string($0) }
        // What is no JSON is a text.
        body["metadata"] = metadata.map { (try? JSONValue(parsing: $0)) ?? .string($0) }
        body["team"] = team.map { .string($0) }
        body["idempotency_key"] = idempotencyKey.map { .string($0) }
        body["run"] = invocation.run.map { .integer($0) }
        let answer = try await options.api(invocation).updateAsset(asset.name, body)
        let part = answer.text("partition")
        options.show(
            [StyledLine("event \(answer.number("id"))").adding("  \(asset.name) \(part)", .dim)],
            json: answer,
            invocation
        )
        return .success
    }
}
