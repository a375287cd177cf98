import ArgumentParser

/// The subcommand `costs`.
struct CostsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs",
        abstract: "Show what was paid, by the ledger.",
        discussion: "Days are in UTC. What was reserved and unknown is not paid, but kept."
    )

    private static let groupings = ["team", "workflow", "model", "connection", "day"]

    @Option(name: .long, help: "What is added up: team, workflow, model, connection or day.")
    var by = "team"

    @Option(name: .long, help: "From this day or time on, such as 2026-01-31.")
    var from: String?

    @Option(name: .long, help: "Before this day or time.")
    var to: String?

    @Option(name: .long, help: "Only of this team.")
    var team: String?

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard Self.groupings.contains(by) else {
            throw ValidationError("--by is none of \(Self.groupings.joined(separator: ", "))")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).costs(by: by, from: from, to: to, team: team)
        options.show(
            CostsTable.lines(answer.list("costs"), by: by, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
