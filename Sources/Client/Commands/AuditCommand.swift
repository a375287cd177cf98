import ArgumentParser
import JobModel

/// The subcommand `audit`.
struct AuditCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List what people did: who, what, on what, when, and why; the newest first."
    )

    @Option(name: .long, help: "Only about the run with this number.")
    var run: Int64?

    @Option(name: .long, help: "Only entries with smaller numbers.")
    var before: Int64?

    @Option(name: .long, help: "How many at most, 1 to 1000.")
    var limit = 100

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is \(limit), it goes from 1 to 1000") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).audit(run: run, before: before, limit: limit)
        options.show(
            Self.lines(answer.list("audit"), now: .now, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }

    private static func lines(_ entries: [JSONValue], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !entries.isEmpty else { return [StyledLine("nobody did anything yet", .dim)] }
        var table = Table([
            .init(title: "number", alignment: .right, dispensable: 3), .init(title: "when", dispensable: 2),
            .init(title: "who", isFlexible: true), .init(title: "what"), .init(title: "on what", isFlexible: true),
            .init(title: "run", alignment: .right, dispensable: 1),
            .init(title: "why", isFlexible: true, narrowest: 16),
        ])
        for entry in entries {
            table.add([
                StyledLine(String(entry.number("number")), .dim),
                StyledLine(entry.time("at")?.relative(to: now) ?? "", .dim), StyledLine(entry.text("actor"), .bold),
                StyledLine(entry.text("action")), StyledLine(entry.text("subject")),
                StyledLine(entry.optionalNumber("run").map { String($0) } ?? ""), StyledLine(entry.text("reason")),
            ])
        }
        return table.lines(width: width)
    }
}
