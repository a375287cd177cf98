import ArgumentParser
import JobModel

/// The subcommand `why`.
struct WhyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell the one reason for which a run or a job waits, since when, and what would let it go."
    )

    @OptionGroup var id: RunIDArgument

    @Argument(help: "The name of one of its jobs.")
    var job: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).get("/v1/runs/\(id.run)/why", [("job", job)])
        options.show(Self.lines(answer, run: id.run, now: .now), json: answer, invocation)
        return .success
    }

    static func lines(_ answer: JSONValue, run: RunID, now: Timestamp) -> [StyledLine] {
        let subject = answer.text("job").isEmpty ? "run \(run)" : "\(answer.text("job")) of run \(run)"
        var lines = [StyledLine("\(subject) is \(answer.text("state")): \(answer.text("text"))")]
        if let since = answer.time("since") { lines.append(StyledLine("  since \(since.relative(to: now))", .dim)) }
        if let until = answer.time("until") {
            lines.append(StyledLine("  until \(until.relative(to: now))", .dim))
        }
        if !answer.text("remedy").isEmpty { lines.append(StyledLine("  goes on by: \(answer.text("remedy"))", .dim)) }
        return lines
    }
}
