package import JobModel
package import Postgres

/// Reads runs, logs, workers and queues for people; changes nothing.
///
/// An answer of several statements is not one snapshot: what moves meanwhile may be seen before and after its move.
package struct RunReader: Sendable {
    /// The most runs of one page.
    package static let maximumRuns = 200
    /// The most log lines of one page.
    package static let maximumLogLines = 10_000
    /// The most workers of one answer.
    package static let maximumWorkers = 1000

    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    // MARK: Runs

    /// A page of runs, newest first.
    ///
    /// - Parameter limit: How many at most, 1 to `maximumRuns`; beyond, the nearest of these counts.
    package func runs(_ filter: RunFilter = RunFilter(), limit: Int = 50) async throws -> [RunSummary] {
        let page = PostgresParameter.integer(min(max(limit, 1), Self.maximumRuns))
        let workflow = PostgresParameter.optional(filter.workflow)
        let before = PostgresParameter.optional(filter.before?.rawValue)
        let found: PostgresResult
        switch filter.state {
        case nil:
            found =
                filter.workflow == nil
                ? try await pool.query(Statement.listRuns, [before, page])
                : try await pool.query(Statement.listWorkflowRuns, [workflow, before, page])
        case .queued?:
            found = try await pool.query(Statement.listLiveRuns, [.bool(false), workflow, before, page])
        case .running?:
            found = try await pool.query(Statement.listLiveRuns, [.bool(true), workflow, before, page])
        case .succeeded?, .failed?, .cancelled?:
            let state = PostgresParameter.optional(filter.state?.rawValue)
            found =
                filter.workflow == nil
                ? try await pool.query(Statement.listEndedRuns, [state, before, page])
                : try await pool.query(Statement.listEndedWorkflowRuns, [state, workflow, before, page])
        }
        let ids = try found.rows.map { try $0.int64("run_id") }
        guard !ids.isEmpty else { return [] }
        return try await pool.query(Statement.summarizeRuns, [.array(ids)]).rows.map(RunSummary.init(row:))
    }

    /// One run without its jobs, or nil when it is not there.
    package func summary(of run: RunID) async throws -> RunSummary? {
        let result = try await pool.query(Statement.summarizeRuns, [.array([run.rawValue])])
        return try result.rows.first.map(RunSummary.init(row:))
    }

    /// One run whole, or nil when it is not there.
    package func run(_ run: RunID) async throws -> RunDetail? {
        let id = PostgresParameter.integer(run.rawValue)
        let results = try await pool.pipeline([
            (Statement.summarizeRuns, [.array([run.rawValue])]),
            (Statement.showJobs, [id]),
            (Statement.showAttempts, [id]),
            (Statement.showSteps, [id]),
            (Statement.totalRun, [id]),
            (Statement.listBudgets, [id, .null]),
            (Statement.listDeadlines, [id]),
        ])
        guard let summary = results[0].rows.first, let totals = results[4].rows.first else { return nil }
        var attempts: [JobID: [AttemptDetail]] = [:]
        for row in results[2].rows { attempts[try row.job, default: []].append(try AttemptDetail(row: row)) }
        var steps: [JobID: [StepDetail]] = [:]
        for row in results[3].rows { steps[try row.job, default: []].append(try StepDetail(row: row)) }
        let jobs = try results[1].rows.map { row in
            let id = try row.job
            return try JobDetail(row: row, attempts: attempts[id] ?? [], steps: steps[id] ?? [])
        }
        return RunDetail(
            summary: try RunSummary(row: summary),
            jobs: jobs,
            totals: try RunTotals(row: totals),
            budgets: try results[5].rows.map(BudgetDetail.init(row:)),
            deadlines: try results[6].rows.map(DeadlineDetail.init(row:))
        )
    }

    /// The outputs of one job of a run or, without a name, of those that no other job needs, in the order of the file.
    ///
    /// - Returns: Nil when the run is not there; an empty array when it has no job of that name.
    package func outputs(of run: RunID, job: String? = nil) async throws -> [JobOutput]? {
        let id = PostgresParameter.integer(run.rawValue)
        let results = try await pool.pipeline([
            (Statement.findRun, [id, .null]),
            (Statement.showOutputs, [id, .optional(job)]),
        ])
        guard !results[0].rows.isEmpty else { return nil }
        return try results[1].rows.map(JobOutput.init(row:))
    }

    // MARK: Logs

    /// What was looked for in a log.
    package enum LogAnswer: Equatable, Sendable {
        case page(LogPage)
        case noRun
        case noJob
    }

    /// A page of a run's log.
    ///
    /// Two workers may commit lines out of order, so the next page begins no further than 2 seconds ago, and lines
    /// may come twice.
    ///
    /// - Parameter after: The number behind which the page begins, 0 for the whole log.
    /// - Parameter job: Only lines of the job with this name.
    /// - Parameter limit: How many lines at most, 1 to `maximumLogLines`; beyond, the nearest of these counts.
    package func log(
        of run: RunID,
        after: Int64 = 0,
        job: String? = nil,
        limit: Int = 1000,
        now: String? = nil
    ) async throws -> LogAnswer {
        let id = PostgresParameter.integer(run.rawValue)
        let size = min(max(limit, 1), Self.maximumLogLines)
        let results = try await pool.pipeline([
            (Statement.findRun, [id, .optional(job)]),
            (Statement.listLogLines, [id, .integer(after), .optional(job), .integer(size), .optional(now)]),
        ])
        guard let found = results[0].rows.first else { return .noRun }
        guard try found.bool("has_job") else { return .noJob }
        let rows = results[1].rows
        let lines = try rows.map(LogLine.init(row:))
        // Workers write what a job said before they end it, and the end was looked for first.
        let isFinal = try found.bool("has_ended") && rows.count < size
        var next = after
        for (row, line) in zip(rows, lines) {
            guard try isFinal || row.bool("is_settled") else { break }
            next = line.number
        }
        return .page(LogPage(lines: lines, next: next, isFinal: isFinal))
    }

    // MARK: Workers and queues

    /// The worker sessions that live or ended within the hour, newest first, at most `maximumWorkers`.
    package func workers(now: String? = nil) async throws -> [WorkerDetail] {
        let result = try await pool.query(Statement.listWorkers, [.integer(Self.maximumWorkers), .optional(now)])
        return try result.rows.map(WorkerDetail.init(row:))
    }

    /// The queues that hold unfinished jobs or have a live worker, by name.
    package func queues() async throws -> [QueueDetail] {
        try await pool.query(Statement.listQueues).rows.map(QueueDetail.init(row:))
    }
}
