package import JobModel
package import Postgres

/// Pauses and resumes runs, workflows and queues.
///
/// What is paused is claimed by nobody; jobs that run go on to their end. Nothing is lost: what was pending is pending
/// again after the pause.
package struct PauseStore: Sendable {
    /// How often the jobs of a run are looked at that is being paused, while others move them.
    private static let mostLooks = 500
    /// How far apart these looks are.
    private static let interval = Duration.milliseconds(10)

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Pauses an unfinished run.
    ///
    /// - Returns: False when it has ended or is not there.
    package func pause(_ run: RunID, noting note: AuditNote? = nil, now: String? = nil) async throws -> Bool {
        let isThere = try await pause(Statement.pauseRun, [.integer(run.rawValue), .optional(now)], note)
        // Paused it is; what may be left to hold is found by a later `holdAgain`.
        if isThere { try? await hold([run]) }
        return isThere
    }

    /// Pauses a workflow, with its runs and those that start later.
    ///
    /// - Returns: False when there is none of the name.
    package func pause(workflow: String, noting note: AuditNote? = nil, now: String? = nil) async throws -> Bool {
        let isThere = try await pause(Statement.pauseWorkflow, [.text(workflow), .optional(now)], note)
        // As above.
        if isThere { try? await hold(try await runs(of: workflow)) }
        return isThere
    }

    private func pause(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        _ note: AuditNote?
    ) async throws -> Bool {
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockDoor)
            guard try await !connection.query(statement, parameters).rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
    }

    /// Pauses a queue; it need not be there yet.
    package func pause(queue: String, noting note: AuditNote? = nil, now: String? = nil) async throws {
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.pauseQueue, [.text(queue), .optional(now)])
            try await note?.add(on: connection)
        }
    }

    /// Has a run go on.
    ///
    /// - Returns: The queues that got pending jobs, once for each job; nil when the run was not paused.
    package func resume(_ run: RunID, noting note: AuditNote? = nil) async throws -> [String]? {
        let wasPaused = try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockDoor)
            let resumed = try await connection.query(Statement.resumeRun, [.integer(run.rawValue)])
            // Also where it was not paused: what stands at a pause that is over goes on.
            _ = try await connection.query(Statement.releaseHeldJobs, [.array([run.rawValue])])
            guard !resumed.rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
        return wasPaused ? await admitted() : nil
    }

    /// Has a workflow go on; runs that were paused themselves stay so.
    ///
    /// - Returns: The queues that got pending jobs, once for each job; nil when the workflow was not paused.
    package func resume(workflow: String, noting note: AuditNote? = nil) async throws -> [String]? {
        let wasPaused = try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockDoor)
            let resumed = try await connection.query(Statement.resumeWorkflow, [.text(workflow)])
            guard !resumed.rows.isEmpty else { return false }
            // Behind the door: what starts meanwhile has not been held at this pause yet, and will not be.
            let runs = try await connection.query(Statement.listUnfinishedRuns, [.text(workflow)])
            let ids = try runs.rows.map { try $0.int64("run_id") }
            _ = try await connection.query(Statement.releaseHeldJobs, [.array(ids)])
            try await note?.add(on: connection)
            return true
        }
        return wasPaused ? await admitted() : nil
    }

    /// Lets through what goes on, which is done already; else it is looked at soon.
    private func admitted() async -> [String] { (try? await GateStore(pool).admit()) ?? [] }

    /// Has a queue be claimed from again; notify its workers.
    ///
    /// - Returns: False when it was not paused.
    package func resume(queue: String, noting note: AuditNote? = nil) async throws -> Bool {
        try await pool.transaction { connection in
            guard try await !connection.query(Statement.resumeQueue, [.text(queue)]).rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
    }

    private func runs(of workflow: String) async throws -> [RunID] {
        try await pool.query(Statement.listUnfinishedRuns, [.text(workflow)]).rows
            .map { RunID(rawValue: try $0.int64("run_id")) }
    }

    /// Looks until no job of the runs can become pending without passing the door, or they are resumed; what still moves is
    /// found by a later `holdAgain`.
    private func hold(_ runs: [RunID]) async throws {
        guard !runs.isEmpty else { return }
        let runs = PostgresParameter.array(runs.map(\.rawValue))
        for _ in 0..<Self.mostLooks {
            let results = try await pool.pipeline([(Statement.lockDoor, []), (Statement.holdRuns, [runs])])
            guard try results[1].rows.first?.int64("jobs") ?? 0 > 0 else { return }
            try await ContinuousClock().sleep(for: Self.interval)
        }
    }

    /// Holds what may have become pending of paused runs all the same: those that started while their workflow was being
    /// paused.
    package func holdAgain() async throws {
        let paused = try await pool.query(Statement.listPausedRuns).rows.map { try $0.int64("run_id") }
        guard !paused.isEmpty else { return }
        // Everybody looks every few seconds, and the door is one for all: it is not kept to find that nothing is to be done.
        let runs = try await pool.query(Statement.findUnheldRuns, [.array(paused)]).rows
        try await hold(try runs.map { RunID(rawValue: try $0.int64("run_id")) })
    }

    /// Lets go of what stands at a pause that is over, should anybody have left it there; the next `admit` looks at it.
    package func releaseUnpaused() async throws {
        // Everybody looks every few seconds, and the door is one for all.
        guard try await !pool.query(Statement.findUnpausedJobs).rows.isEmpty else { return }
        _ = try await pool.pipeline([(Statement.lockDoor, []), (Statement.releaseUnpausedJobs, [])])
    }
}
