import ArgumentParser
import JobModel

/// The subcommand `retry`.
struct RetryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract:
            "Let jobs of an ended run go on from their checkpoints: those that did not succeed, and others named here.",
        discussion:
            "What was recorded is taken from its checkpoints, and is not paid for again; only jobs that --fresh names "
            + "do everything anew. With a filter, failed runs are chosen, and are only shown until --yes is given."
    )

    @OptionGroup var runs: RunsArgument

    @Option(name: .long, help: "Also run this job anew, and all that are behind it.")
    var from: String?

    @Flag(name: .long, help: "Run all jobs anew.")
    var all = false

    @Option(name: .long, help: "A job that forgets what it recorded, and does and pays it again; may be given again.")
    var fresh: [String] = []

    @Flag(
        name: .customLong("repeat-unknown"),
        help: "Also repeat tool calls with effect 'once' whose outcome is unknown; they may then have happened twice."
    )
    var repeatsUnknown = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard from == nil || !all else { throw ValidationError("--from and --all exclude each other") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var members = why.members
        members["repeat_unknown"] = .bool(repeatsUnknown)
        members["from"] = from.map { .string($0) }
        if all { members["all"] = true }
        if !fresh.isEmpty { members["fresh"] = .array(fresh.map(JSONValue.string)) }
        return try await runs.perform("retry", members, options, invocation) { run in
            "run \(run.id) goes on; follow it with 'chassis logs \(run.id) --follow'"
        }
    }
}
