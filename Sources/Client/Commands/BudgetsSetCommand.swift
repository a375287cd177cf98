import ArgumentParser
import JobModel

/// The subcommand `budgets set`.
struct BudgetsSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a budget, or another limit of one that is there.",
        discussion: """
            A new budget counts what was paid in its present period before. With --mode hard a call that does not fit fails \
            its job, with soft it is made and said, with hold its job waits until the budget is raised or had anew.
            """
    )

    private static let modes = Budget.Mode.allCases.map(\.rawValue)

    @OptionGroup var subject: BudgetSubjectOptions

    @Option(name: .customLong("usd"), help: "The limit, in US dollars, such as 2.50.")
    var dollars: String

    @Option(name: .long, help: "What happens to a call that does not fit: hard, soft or hold.")
    var mode = "hard"

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard MicroDollars(dollars: dollars) != nil else {
            throw ValidationError("--usd is no amount; write dollars with at most six places, such as 2.50")
        }
        guard Self.modes.contains(mode) else {
            throw ValidationError("--mode is none of \(Self.modes.joined(separator: ", "))")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var members = subject.members
        members["reason"] = why.members["reason"]
        members["limit_micro_usd"] = MicroDollars(dollars: dollars).map { .integer($0.rawValue) }
        members["mode"] = .string(mode)
        let answer = try await options.api(invocation).budget("PUT", members)
        options.show(
            BudgetsTable.lines(
                answer.list("budgets").map(BudgetDetail.init),
                now: .now,
                width: invocation.output.width
            ),
            json: answer,
            invocation
        )
        return .success
    }
}
