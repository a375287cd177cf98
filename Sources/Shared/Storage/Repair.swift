import JobModel
package import Postgres

/// One look at what needs mending: dead sessions, their jobs, and delayed jobs that are due.
///
/// Any number of processes may do it at the same time; each row is mended by one of them.
package struct Repair: Sendable {
    /// What one pass changed.
    package struct Report: Equatable, Sendable {
        /// Sessions that were ended, and those whose lock was found missing, or found again.
        package var sessions: [RepairLook.Change] = []
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
        on pool: PostgresPool,
        isThorough: Bool,
        haveEnded: @Sendable ([RepairLook.Change]) -> Void = { _ in }
    ) async throws -> Report {
        let look = try await pool.withConnection { try await RepairLook.take(grace: grace, on: $0) }
        var report = Report()
        report.sessions = look.sessions
        haveEnded(report.sessions)
        if isThorough || look.hasEndedSessions {
            report.rescued = try await pool.withConnection {
                try await SessionStore().rescue(poisonLimit: poisonLimit, on: $0)
            }
        }
        let due = look.hasDueJobs ? try await QueueStore(pool).readyDueJobs() : []
        report.due = due.count
        let told = isThorough ? try await beThorough(pool) : []
        // What was done since the look may have opened the door.
        let isNewsAtDoor = isThorough || look.isNewsAtDoor || !report.rescued.isEmpty || !due.isEmpty
        let admitted = isNewsAtDoor ? try await GateStore(pool).admit() : []
        report.readied = Set(due + told).union(admitted).union(
            report.rescued.flatMap { $0.hasFailed ? $0.readied : [$0.queue] }
        )
        return report
    }

    /// Does what need not be done at each look; returns the queues that got pending jobs.
    ///
    /// What cannot be done keeps nothing behind it from being done.
    ///
    /// - Throws: The first error, behind the last of it.
    private func beThorough(_ pool: PostgresPool) async throws -> [String] {
        let parts: [() async throws -> [String]] = [
            { try await Array(MoneyStore(pool).tellNews()) },
            {
                try await GateStore(pool).sweep()
                return []
            },
            {
                try await PauseStore(pool).holdAgain()
                return []
            },
            {
                try await PauseStore(pool).releaseUnpaused()
                return []
            },
            { try await Array(RunStore(pool).cancelStrays()) },
            {
                if let ageing { _ = try await QueueStore(pool).age(after: ageing) }
                return []
            },
        ]
        var told: [String] = []
        var first: (any Error)?
        for part in parts {
            do { told += try await part() } catch { first = first ?? error }
            try Task.checkCancellation()
        }
        if let first { throw first }
        return told
    }
}
