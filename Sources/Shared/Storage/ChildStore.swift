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

    /// What a job asks for when it starts a run; equal ones are one, others are others.
    package struct Call: Equatable, Sendable {
        let digest: [UInt8]

        /// - Parameter digest: Of the workflow, the version that was asked for, the params that were given, and the round.
        package init(digest: [UInt8]) { self.digest = digest }
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// The run that a job has started with a call, or the one that still lives of those that it has started with others.
    package func child(of job: ClaimedJob, call: Call) async throws -> Child? {
        let found = try await pool.query(Statement.findChild, Self.place(of: job.id, in: job.run, call))
        return try found.rows.first.map(Child.init(row:))
    }

    private static func place(of job: JobID, in run: RunID, _ call: Call) -> [PostgresParameter] {
        [.integer(job.rawValue), .integer(run.rawValue), .bytes(call.digest)]
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

    /// Starts the one run of a job with a call: whoever calls it how often, it is one.
    ///
    /// Where the job's run is a fork, the run takes over what the run recorded that the forked job had started.
    ///
    /// - Parameter submission: Of a workflow version that is there.
    /// - Returns: Nil when the lease was lost or the job's run was cancelled.
    package func start(
        _ submission: RunStore.Submission,
        call: Call,
        for job: ClaimedJob
    ) async throws -> RunID? {
        let sources = job.isFork ? try await ForkStore(pool).inheritance(of: job.id)?.sources ?? [] : []
        return try await pool.transaction { connection in
            guard let parent = try await Self.parent(of: job, on: connection) else { return nil }
            let found = try await connection.query(Statement.findChild, Self.place(of: job.id, in: job.run, call))
            if let row = found.rows.first { return RunID(rawValue: try row.int64("run_id")) }
            // Whatever the child's file says: who starts it pays for it.
            var submission = submission
            submission.assign(team: try parent.string("team"))
            if RunStore.Submission.standsBehindLiveWork(try parent.int("priority")) { submission.standBehindLiveWork() }
            let child = try await RunStore.submit(submission, on: connection, now: nil).run
            _ = try await connection.query(
                Statement.adoptRun,
                [
                    .integer(child.rawValue), .integer(job.id.rawValue), .integer(job.run.rawValue),
                    .bytes(call.digest),
                ]
            )
            try await Self.inherit(child, from: sources, call, on: connection)
            return child
        }
    }

    /// The job's run, which is locked; nil when the lease was lost or it was cancelled.
    private static func parent(of job: ClaimedJob, on connection: PostgresConnection) async throws -> PostgresRow? {
        try await connection.query(
            Statement.mayHaveChild,
            [.integer(job.id.rawValue), .integer(job.epoch.rawValue)]
        ).rows.first
    }

    /// Has a run take over what was recorded below the first job of a line of sources that has started one.
    private static func inherit(
        _ child: RunID,
        from sources: [ForkSource],
        _ call: Call,
        on connection: PostgresConnection
    ) async throws {
        for source in sources {
            // What a fork does otherwise in a job, it does otherwise in all below it.
            guard source.reach == .all, let job = source.job else { return }
            let found = try await connection.query(Statement.findChild, place(of: job, in: source.run, call))
            guard let row = found.rows.first else { continue }
            // One that was pruned meanwhile leaves nothing to take over.
            _ = try await ForkStore.inherit(child, from: RunID(rawValue: try row.int64("run_id")), on: connection)
            return
        }
    }

    /// Has a run go on that has ended badly, if the job above it was asked to go on since.
    ///
    /// - Returns: The queues that have pending jobs by it; nil when nobody asked, it has nothing to do, the lease was lost, or the
    ///   job's run was cancelled.
    package func revive(_ child: RunID, for job: ClaimedJob) async throws -> [String]? {
        try await pool.transaction { connection in
            guard try await Self.parent(of: job, on: connection) != nil else { return nil }
            let leave = try await connection.query(
                Statement.takeRevival,
                [.integer(child.rawValue), .integer(job.id.rawValue)]
            )
            guard !leave.rows.isEmpty else { return nil }
            return try await RunStore.retry(child, RunStore.Retry(), on: connection, now: nil)
        }
    }
}

extension ChildStore.Child {
    /// A row of `find_child`.
    fileprivate init(row: PostgresRow) throws {
        self.init(
            run: RunID(rawValue: try row.int64("run_id")),
            state: try row.optionalString("state") == nil ? nil : try row.word("state")
        )
    }
}
