import JobModel
package import Postgres

/// One look at what needs mending: dead sessions, their jobs, and delayed jobs that are due.
///
/// Any number of processes may do it at the same time; each row is mended by one of them.
package struct Repair: Sendable {
    /// What one pass changed.
    package struct Report: Equatable, Sendable {
        /// Sessions that were ended, and those whose lock was found missing, or found again.
        package var sessions: [SessionStore.Change] = []
        package var rescued: [SessionStore.RescuedJob] = []
        /// How many delayed jobs became pending.
        package var due = 0
        /// The queues that got pending jobs; tell the workers.
        package var readied: Set<String> = []
    }

    /// How long a lock may be missing before its process counts as gone.
    package let grace: Duration
    /// How many lost workers fail a job.
    package let poisonLimit: Int

    package init(grace: Duration = .milliseconds(300), poisonLimit: Int = 3) {
        self.grace = grace
        self.poisonLimit = poisonLimit
    }

    /// Mends what is there to mend now.
    package func pass(on connection: PostgresConnection, pool: PostgresPool) async throws -> Report {
        let sessions = SessionStore()
        var report = Report()
        report.sessions = try await sessions.endDead(grace: grace, on: connection)
        report.rescued = try await sessions.rescue(poisonLimit: poisonLimit, on: connection)
        let due = try await QueueStore(pool).readyDueJobs()
        report.due = due.count
        report.readied = Set(due).union(report.rescued.filter { !$0.hasFailed }.map(\.queue))
        return report
    }
}
