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
    /// After how long a pending job counts as urgent as the most urgent of its queue; nil never, or where others see to it.
    package let ageing: Duration?

    /// How far apart two thorough passes of one process are.
    package static let thoroughInterval = Duration.seconds(5)

    package init(grace: Duration = .milliseconds(300), poisonLimit: Int = 3, ageing: Duration? = nil) {
        self.grace = grace
        self.poisonLimit = poisonLimit
        self.ageing = ageing
    }

    /// Mends what is there to mend now.
    ///
    /// - Parameter isThorough: Whether leases of sessions that ended long ago are looked for too: at a process's start, and
    ///   every few seconds, in case that everybody who could have rescued them in time was gone.
    /// - Parameter haveEnded: Is told of the sessions that have just ended, before their jobs are taken back.
    package func pass(
        on connection: PostgresConnection,
        pool: PostgresPool,
        isThorough: Bool,
        haveEnded: @Sendable ([SessionStore.Change]) -> Void = { _ in }
    ) async throws -> Report {
        let sessions = SessionStore()
        var report = Report()
        report.sessions = try await sessions.endDead(grace: grace, on: connection)
        haveEnded(report.sessions)
        report.rescued = try await sessions.rescue(
            poisonLimit: poisonLimit,
            isThorough: isThorough,
            on: connection
        )
        let due = try await QueueStore(pool).readyDueJobs()
        report.due = due.count
        let gates = GateStore(pool)
        var told: [String] = []
        if isThorough {
            told = try await MoneyStore(pool).tellNews()
            try await gates.sweep()
            try await PauseStore(pool).holdAgain()
            try await PauseStore(pool).releaseUnpaused()
            told += try await RunStore(pool).cancelStrays()
            if let ageing { _ = try await QueueStore(pool).age(after: ageing) }
        }
        let admitted = try await gates.admit()
        report.readied = Set(due + told).union(admitted).union(
            report.rescued.flatMap { $0.hasFailed ? $0.readied : [$0.queue] }
        )
        return report
    }
}
