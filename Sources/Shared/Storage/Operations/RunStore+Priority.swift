package import JobModel
import Postgres

extension RunStore {
    /// What a new priority was given to.
    package struct Prioritized: Equatable, Sendable {
        /// How many unfinished jobs have it now.
        package let jobs: Int
        /// The queues in which pending jobs have another place by it.
        package let queues: Set<String>
    }

    /// Gives the unfinished jobs of a run another priority; items that are made later have that of their mapped job.
    ///
    /// Pending jobs stand behind those of their team that have it already. Jobs that workers hold have it when they come back.
    ///
    /// - Parameter name: Only this job and its items.
    /// - Returns: Nil when the run has ended or is not there.
    package func prioritize(
        _ run: RunID,
        job name: String? = nil,
        to priority: Int16,
        noting note: AuditNote? = nil,
        now: String? = nil
    ) async throws -> Prioritized? {
        try await pool.transaction { connection in
            let parameters: [PostgresParameter] = [
                .integer(run.rawValue), .optional(name), .integer(Int(priority)),
            ]
            let held = try await connection.query(Statement.prioritizeHeld, parameters).rows.count
            let live = try await connection.query(Statement.lockLiveRuns, [.array([run.rawValue])])
            guard !live.rows.isEmpty else { return nil }
            let waiting = try await connection.query(Statement.prioritizeWaiting, parameters).rows.count
            let pending = try await connection.query(
                Statement.prioritizePending,
                parameters + [.optional(now)]
            ).rows.map { try $0.string("queue") }
            try await note?.add(on: connection)
            return Prioritized(jobs: held + waiting + pending.count, queues: Set(pending))
        }
    }
}
