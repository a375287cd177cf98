import JobModel
import Storage

/// Whose budget a request is about: exactly one of a team, a connection, a run, or a job of a run.
struct BudgetSubject: CustomStringConvertible {
    let scope: Budget.Scope
    /// The team or connection; the number of the run; the name of the job.
    let name: String
    let period: Budget.Period
    private let run: RunID?

    /// - Throws: `Problem` when the members name none, or several.
    init(_ members: inout JSONMembers) throws {
        let team = try members.optionalText("team")
        let connection = try members.optionalText("connection")
        let run = try members.optionalInteger("run", in: 1...Int64.max).map(RunID.init)
        let job = try members.optionalText("job")
        let period = try members.optionalWord("per", as: Budget.Period.self)
        switch (team, connection, run, job) {
        case (let team?, nil, nil, nil): (scope, name, self.run) = (.team, team, nil)
        case (nil, let connection?, nil, nil): (scope, name, self.run) = (.connection, connection, nil)
        case (nil, nil, let run?, nil): (scope, name, self.run) = (.run, "\(run)", run)
        case (nil, nil, let run?, let job?): (scope, name, self.run) = (.job, job, run)
        default:
            throw Problem(
                .badRequest,
                "a budget is that of one \"team\", \"connection\" or \"run\", or of a \"job\" of a run"
            )
        }
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw Problem(.badRequest, "the name of a team or connection has 1 to 255 bytes")
        }
        switch (self.run, period) {
        case (nil, nil): throw Problem(.badRequest, "the body lacks \"per\": one of run, day, month, total")
        case (nil, let period?): self.period = period
        case (_?, nil), (_?, .run?): self.period = .run
        case (_?, _?): throw Problem(.badRequest, "the budget of a run or a job counts per run; leave \"per\" out")
        }
    }

    /// How the audit log names it.
    var description: String {
        let of = scope == .job ? "job \(name) of run \(run.map { "\($0)" } ?? "")" : "\(scope.rawValue) \(name)"
        return "budget of \(of) per \(period.rawValue)"
    }

    /// How a budget is named in the database, and whose it is.
    struct Place {
        let name: String
        /// The run and the job that it is about, of a run's or job's.
        var run: RunSummary?
        var job: JobID?
        /// Nobody's where it is a connection's.
        var team: String?
    }

    /// - Throws: `Problem` when there is no such run or job.
    func place(_ reader: RunReader) async throws -> Place {
        guard let run else { return Place(name: name, team: scope == .team ? name : nil) }
        guard let detail = try await reader.run(run) else { throw Problem.runNotFound(run) }
        guard scope == .job else { return Place(name: name, run: detail.summary, team: detail.summary.team) }
        guard let job = detail.jobs.first(where: { $0.name == name }) else { throw Problem.jobNotFound(name, of: run) }
        return Place(name: "\(job.id)", run: detail.summary, job: job.id, team: detail.summary.team)
    }
}
