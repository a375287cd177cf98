package import JobModel
package import Postgres

/// Runs that jobs of other runs start.
package struct ChildStore: Sendable {
    /// The run that a job has started.
    package struct Child: Equatable, Sendable {
        package let run: RunID
        /// Its final state; nil while it lives.
        package let state: RunState?
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// The run that a job has started, if it has.
    package func child(of job: ClaimedJob) async throws -> Child? {
        let found = try await pool.query(
            Statement.findChild,
            [.integer(job.id.rawValue), .integer(job.run.rawValue)]
        )
        return try found.rows.first.map { row in
            let state: RunState? = try row.optionalString("state") == nil ? nil : try row.word("state")
            return Child(run: RunID(rawValue: try row.int64("run_id")), state: state)
        }
    }

    /// Why a run has failed: the first of its jobs that has, with its reason, or that of the run below which it failed.
    ///
    /// - Parameter depth: How many runs may stand above each other.
    /// - Returns: Nil when no job has failed.
    package func failure(of run: RunID, depth: Int) async throws -> String? {
        var below = run
        var reason: String?
        for _ in 0..<depth {
            let found = try await pool.query(Statement.findFirstFailure, [.integer(below.rawValue)])
            guard let row = found.rows.first else { break }
            let code = try row.optionalString("code") ?? ""
            reason =
                try row.string("name") + (below == run ? "" : " of run \(below)")
                + ": \(try row.optionalString("message") ?? "") [\(code)]"
            guard code == "child-failed", let child = try row.optionalInt64("child_run_id") else { break }
            below = RunID(rawValue: child)
        }
        return reason
    }

    /// The workflows of a run and of those it descends from, its own first.
    package func line(of run: RunID) async throws -> [String] {
        try await pool.query(Statement.readAncestors, [.integer(run.rawValue)]).rows.map { try $0.string("name") }
    }

    /// The file of a version of a workflow, the newest without a number; nil when there is none.
    package func source(of workflow: String, version: Int?) async throws -> String? {
        let found = try await pool.query(Statement.findWorkflow, [.text(workflow), .optional(version)])
        return try found.rows.first?.string("source")
    }

    /// Starts the one run of a job: whoever calls it how often, it is one.
    ///
    /// - Parameter submission: Of a workflow version that is there.
    /// - Returns: Nil when the lease was lost or the job's run was cancelled.
    package func start(_ submission: RunStore.Submission, for job: ClaimedJob) async throws -> RunID? {
        try await pool.transaction { connection in
            let held = try await connection.query(
                Statement.mayHaveChild,
                [.integer(job.id.rawValue), .integer(job.epoch.rawValue)]
            )
            guard let parent = held.rows.first else { return nil }
            let found = try await connection.query(
                Statement.findChild,
                [.integer(job.id.rawValue), .integer(job.run.rawValue)]
            )
            if let row = found.rows.first { return RunID(rawValue: try row.int64("run_id")) }
            // Whatever the child's file says: who starts it pays for it.
            var submission = submission
            submission.assign(team: try parent.string("team"))
            if RunStore.Submission.standsBehindLiveWork(try parent.int("priority")) { submission.standBehindLiveWork() }
            let child = try await RunStore.submit(submission, on: connection, now: nil).run.rawValue
            _ = try await connection.query(
                Statement.adoptRun,
                [.integer(child), .integer(job.id.rawValue), .integer(job.run.rawValue)]
            )
            return RunID(rawValue: child)
        }
    }
}
