import ArgumentParser
import JobModel

/// The subcommand `backfills list`.
struct BackfillsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List backfills, the newest first.")

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).backfills()
        let lines = answer.list("backfills").map(Self.line)
        options.show(lines.isEmpty ? [StyledLine("no backfills", .dim)] : lines, json: answer, invocation)
        return .success
    }

    static func line(_ backfill: JSONValue) -> StyledLine {
        var line = StyledLine("\(backfill.number("id"))  ", .bold)
        let counts = backfill["due_times"]?.objectValue ?? [:]
        let shown = counts.filter { ($0.value.integerValue ?? 0) > 0 }
            .map { "\($0.value.integerValue ?? 0) \($0.key)" }.joined(separator: ", ")
        line.append("\(backfill.text("workflow"))/\(backfill.text("schedule"))  \(backfill.text("state"))  \(shown)")
        return line
    }
}
