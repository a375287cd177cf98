import ArgumentParser
import JobModel

/// The subcommand `versions`.
struct VersionsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "List the versions of a workflow, the newest first."
    )

    @Argument(help: "The name of the workflow.")
    var workflow: String

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).versions(of: workflow)
        let lines = Self.lines(answer.list("versions"), now: .now, width: invocation.output.width)
        options.show(lines, json: answer, invocation)
        return .success
    }

    private static func lines(_ versions: [JSONValue], now: Timestamp, width: Int?) -> [StyledLine] {
        var table = Table([
            .init(title: "version"), .init(title: "made"), .init(title: "last run", alignment: .right),
            .init(title: "note"),
        ])
        for version in versions {
            let note = version.flag("pinned") ? "pinned" : version.flag("deployed") ? "deployed" : ""
            table.add([
                StyledLine("v\(version.number("version"))", .bold),
                StyledLine(version.time("created_at")?.relative(to: now) ?? "", .dim),
                StyledLine(version.optionalNumber("last_run").map { "\($0)" } ?? ""), StyledLine(note),
            ])
        }
        return table.lines(width: width)
    }
}
