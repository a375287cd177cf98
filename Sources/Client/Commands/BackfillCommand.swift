import ArgumentParser
import JobModel

/// The subcommand `backfill`.
struct BackfillCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Start runs for due times that lie behind, a few at a time and behind all live work.",
        discussion: "Due times that the schedule has started a run for are left out, unless --again is given. "
            + "'chassis backfills' shows how far it is."
    )

    @OptionGroup var schedule: ScheduleNameArgument

    @Option(name: .long, help: "The first due time, as 2026-01-01 or 2026-01-01T06:00:00Z.")
    var from: String

    @Option(name: .long, help: "Up to which time; a date alone includes that day.")
    var to: String

    @Flag(name: .customLong("newest-first"), help: "Begin with the last due time.")
    var newestFirst = false

    @Option(name: .long, help: "How many of its runs are under way at once, at most.")
    var limit = 4

    @Flag(name: .long, help: "Also due times that the schedule has started a run for.")
    var again = false

    @Flag(name: .customLong("dry-run"), help: "Only show the due times.")
    var isTrial = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let (workflow, name) = try await schedule.find(on: api)
        let answer = try await api.backfill([
            "workflow": .string(workflow), "schedule": .string(name), "from": .string(from), "to": .string(to),
            "newest_first": .bool(newestFirst), "limit": .integer(Int64(limit)), "again": .bool(again),
            "dry_run": .bool(isTrial), "reason": why.members["reason"] ?? .null,
        ])
        let lines =
            isTrial
            ? answer.texts("due_times").map { StyledLine($0) } : [StyledLine("backfill \(answer.number("id"))", .bold)]
        options.show(lines, json: answer, invocation)
        return .success
    }
}
