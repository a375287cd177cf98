import ArgumentParser
import JobModel

/// The subcommand `backfill`.
struct BackfillCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Start a run for each due time that lies behind, or each partition, behind all live work.",
        discussion: """
            With --from and --to of a schedule: a run for each of its due times. With --partition of a trigger that goes \
            by assets: a run for each partition. What has had a run is left out, unless --again is given. \
            'chassis backfills' shows how far it is.
            """
    )

    @Argument(help: "The schedule or trigger as WORKFLOW/NAME, or the workflow where it has only one.")
    var name: String

    @Option(name: .long, help: "The first due time, as 2026-01-01 or 2026-01-01T06:00:00Z.")
    var from: String?

    @Option(name: .long, help: "Up to which time; a date alone includes that day.")
    var to: String?

    @Option(
        parsing: .singleValue,
        help: "A partition, such as eu; may be given several times, or as days 2026-01-01..2026-01-31."
    )
    var partition: [String] = []

    @Flag(name: .customLong("newest-first"), help: "Begin with the last due time, or the last partition.")
    var newestFirst = false

    @Option(name: .long, help: "How many of its runs are under way at once, at most.")
    var limit = 4

    @Flag(name: .long, help: "Also what has had a run.")
    var again = false

    @Flag(name: .customLong("dry-run"), help: "Only show for what there would be a run.")
    var isTrial = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard partition.isEmpty || (from == nil && to == nil) else {
            throw ValidationError("--partition does not go with --from and --to: a backfill is of one or the other")
        }
        guard !partition.isEmpty || (from != nil && to != nil) else {
            throw ValidationError("give --from and --to for due times of a schedule, or --partition for a trigger")
        }
        guard !partition.contains("") else { throw ValidationError("--partition is empty; a partition has a name") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let partitions = try PartitionList.expand(partition)
        let api = try options.api(invocation)
        let kind: BackfillSubject.Kind = partition.isEmpty ? .schedule : .trigger
        let subject = try BackfillSubject.find(name, kind, in: await BackfillSubject.all(on: api))
        var body: JSONObject = [
            "workflow": .string(subject.workflow), kind.rawValue: .string(subject.name),
            "newest_first": .bool(newestFirst), "limit": .integer(Int64(limit)), "again": .bool(again),
            "dry_run": .bool(isTrial), "reason": why.members["reason"] ?? .null,
        ]
        body["from"] = from.map { .string($0) }
        body["to"] = to.map { .string($0) }
        if kind == .trigger { body["partitions"] = .array(partitions.map { .string($0) }) }
        let answer = try await api.backfill(body)
        options.show(isTrial ? Self.trial(answer) : Self.lines(answer, subject), json: answer, invocation)
        return .success
    }

    private static func trial(_ answer: JSONValue) -> [StyledLine] {
        let names = answer.texts("due_times") + answer.texts("partitions")
        return names.map { StyledLine($0) } + leftOut(answer)
            + [StyledLine("\(runs(Int64(names.count))) would start; nothing was started: a dry run", .dim)]
    }

    private static func lines(_ answer: JSONValue, _ subject: BackfillSubject) -> [StyledLine] {
        let number = answer.number("id")
        let count = answer["items"]?.number("pending") ?? 0
        return [
            StyledLine("backfill \(number)", .bold).adding("  \(subject.whole), \(runs(count))")
        ] + leftOut(answer) + [
            StyledLine("see how far it is with 'chassis backfills', or 'chassis backfills show \(number)'", .dim)
        ]
    }

    private static func runs(_ count: Int64) -> String { "\(count) \(count == 1 ? "run" : "runs")" }

    private static func leftOut(_ answer: JSONValue) -> [StyledLine] {
        let count = answer.number("left_out")
        guard count > 0 else { return [] }
        return [
            StyledLine(
                "\(count) left out that had a run, or are in another backfill; --again takes them too",
                .dim
            )
        ]
    }
}
