package import JobModel
package import Postgres

/// Suspending jobs, and resuming them.
///
/// Both lock the job's run. So a resume finds the job suspended, or leaves a mark that the suspension finds: none is lost,
/// also when it commits together with the change that the job waits for.
extension QueueStore {
    /// What became of a job that was to be suspended.
    package enum Suspended: Equatable, Sendable {
        /// It waits.
        case waiting
        /// It was resumed while it still ran, and is pending in this queue.
        case pending(queue: String)
    }

    /// Sets a job aside; no attempt is spent.
    ///
    /// - Returns: Nil when the lease was lost before.
    package func suspend(
        _ job: JobID,
        epoch: LeaseEpoch,
        _ suspension: Suspension,
        now: String? = nil
    ) async throws -> Suspended? {
        var until: (at: Int64?, after: Int64?)
        switch suspension.until {
        case nil: until = (nil, nil)
        case .after(let wait)?: until = (nil, wait.wholeMicroseconds)
        case .at(let microseconds)?: until = (microseconds, nil)
        }
        let identity = [PostgresParameter.integer(job.rawValue), .integer(epoch.rawValue)]
        let results = try await pool.pipeline([
            (
                Statement.suspendJob,
                identity + [
                    .text(suspension.waitsFor.rawValue), .text(suspension.detail.withoutNull), .optional(until.at),
                    .optional(until.after), .optional(now),
                ]
            ),
            (Statement.wakeSuspendedJob, identity + [.optional(now)]),
        ])
        guard !results[0].rows.isEmpty else { return nil }
        return try results[1].rows.first.map { .pending(queue: try $0.string("queue")) } ?? .waiting
    }

    /// Has jobs look again at what they wait for: suspended ones become pending, of the others it is remembered.
    ///
    /// Call it after the change was committed, or put `resumption` into the transaction that makes it.
    ///
    /// - Returns: The queue of each job made pending; notify them.
    package func resume(_ jobs: [JobID], now: String? = nil) async throws -> [String] {
        guard !jobs.isEmpty else { return [] }
        let results = try await pool.pipeline(Self.resumption(of: jobs, now: now))
        return try results[1].rows.map { try $0.string("queue") }
    }

    /// The two statements that resume jobs, to be run in this order in one transaction.
    ///
    /// The first one locks the runs of the jobs: what locks leases comes before it, what locks waiting jobs after. The rows
    /// of the second one are the queues to notify after the commit.
    package static func resumption(
        of jobs: [JobID],
        now: String? = nil
    ) -> [(PostgresStatement, [PostgresParameter])] {
        let ids = PostgresParameter.array(jobs.map(\.rawValue))
        return [(Statement.lockRunsOfJobs, [ids]), (Statement.resumeJobs, [ids, .optional(now)])]
    }
}
