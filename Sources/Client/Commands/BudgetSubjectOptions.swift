import ArgumentParser
import JobModel

/// Whose budget a command is about.
struct BudgetSubjectOptions: ParsableArguments {
    private static let periods = Budget.Period.allCases.map(\.rawValue)

    @Option(name: .long, help: "The budget of this team.")
    var team: String?

    @Option(name: .long, help: "The budget of this connection.")
    var connection: String?

    @Option(name: .long, help: "The budget of this run.")
    var run: Int64?

    @Option(name: .long, help: "The budget of this job of the run.")
    var job: String?

    @Option(name: .customLong("per"), help: "How long it counts: run, day, month or total; not for runs and jobs.")
    var period: String?

    func validate() throws {
        guard [team, connection, run.map { String($0) }].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("name one of --team, --connection and --run")
        }
        if job != nil, run == nil { throw ValidationError("--job needs the --run that it belongs to") }
        if run == nil, period == nil { throw ValidationError("--per is missing: one of run, day, month, total") }
        guard period.map(Self.periods.contains) ?? true else {
            throw ValidationError("--per is none of \(Self.periods.joined(separator: ", "))")
        }
    }

    /// The members of a request that name it.
    var members: JSONObject {
        var members: JSONObject = [:]
        members["team"] = team.map { .string($0) }
        members["connection"] = connection.map { .string($0) }
        members["run"] = run.map { .integer($0) }
        members["job"] = job.map { .string($0) }
        members["per"] = period.map { .string($0) }
        return members
    }
}
