import JobModel
import Postgres
import Schedules
import Settings
import Storage
import Workflow

/// Starts the runs of schedules; any number of processes may do so at once.
struct ScheduleStarter: Sendable {
    /// What went wrong with one schedule.
    struct Fault: Error {
        let schedule: DueSchedule
        let reason: String
    }

    /// What was done about a schedule that was due.
    struct Done: Equatable {
        let schedule: String
        /// The run that was started.
        var run: RunID?
        /// The queues that have pending jobs by it.
        var queues: [String] = []
        /// The runs that were cancelled for it, of which the workers are told behind the commit.
        fileprivate var cancelled: [RunID] = []
    }

    /// How many versions of workflows are kept in memory.
    private static let cacheSize = 500

    private let pool: PostgresPool
    private let store: ScheduleStore
    private let runs: RunStore
    private let versions = VersionCache(limit: cacheSize)
    private let failpoints: SchedulerFailpoints

    init(_ pool: PostgresPool, failpoints: SchedulerFailpoints = SchedulerFailpoints(nil)) {
        self.pool = pool
        self.failpoints = failpoints
        store = ScheduleStore(pool)
        runs = RunStore(pool)
    }

    /// Deals with the schedule that has been due for longest; nil when none is due.
    ///
    /// - Throws: `Fault` for what is wrong with that schedule alone.
    func startNext(now: String? = nil) async throws -> Done? {
        let done: Done? = try await pool.transactionLockingRuns { connection in
            guard let schedule = try await store.take(on: connection, now: now) else { return nil }
            do {
                return try await deal(with: schedule, connection, now)
            } catch let error as CancellationError {
                throw error
            } catch let error as PostgresError where error.isTransient {
                throw error
            } catch let error as RunStore.OutOfOrder {
                throw error
            } catch {
                throw Fault(schedule: schedule, reason: "\(error)")
            }
        }
        await runs.tell(of: done?.cancelled ?? [])
        return done
    }

    /// Starts a run of a locked schedule by hand.
    ///
    /// - Parameter requester: Whose hand it is.
    func trigger(
        _ schedule: DueSchedule,
        requester: String?,
        on connection: PostgresConnection
    ) async throws -> (RunID, [String]) {
        let (definition, source, found) = try await self.definition(of: schedule, on: connection)
        var submission = try submission(
            definition,
            source,
            found,
            due: schedule.now.wholeSeconds,
            "\(schedule.workflow)/\(schedule.name)"
        )
        submission.requester = requester
        let run = try await store.trigger(submission, for: schedule, on: connection)
        return (run, submission.firstQueues)
    }

    /// The first due time of a locked schedule from now on.
    func next(of schedule: DueSchedule, on connection: PostgresConnection) async throws -> NextDue? {
        let (_, _, definition) = try await self.definition(of: schedule, on: connection)
        return try definition.rule().next(after: schedule.now.wholeSeconds)
            .map { definition.nextDue($0, of: schedule.workflow) }
    }

    /// The run of a due time of a schedule.
    func submission(
        version: VersionID,
        workflow: String,
        schedule: String,
        due: Int,
        on connection: PostgresConnection
    ) async throws -> RunStore.Submission {
        let (definition, source, found) = try await self.definition(version, workflow, schedule) {
            try await RunStore.version($0, on: connection)
        }
        return try submission(definition, source, found, due: due, "\(workflow)/\(schedule)")
    }

    /// When a schedule is due.
    func rule(
        version: VersionID,
        workflow: String,
        schedule: String,
        on connection: PostgresConnection
    ) async throws -> ScheduleRule {
        try await definition(version, workflow, schedule) { try await RunStore.version($0, on: connection) }.2.rule()
    }

    private func deal(
        with schedule: DueSchedule,
        _ connection: PostgresConnection,
        _ now: String?
    ) async throws -> Done {
        var done = Done(schedule: "\(schedule.workflow)/\(schedule.name)")
        guard let due = schedule.due else {
            try await store.pass(schedule, next: nil, on: connection)
            return done
        }
        let (workflow, source, definition) = try await self.definition(of: schedule, on: connection)
        guard due <= schedule.now else {
            // Looked at before its time, which is nothing that happens.
            let next = definition.nextDue(due.wholeSeconds, of: schedule.workflow)
            try await store.pass(schedule, next: next, on: connection)
            return done
        }
        let decision = ScheduleDecision(
            definition,
            try definition.rule(),
            due: due.wholeSeconds,
            now: schedule.now.wholeSeconds,
            isActive: !schedule.active.isEmpty,
            isQueued: schedule.isQueued
        )
        func next(_ seconds: Int?) -> NextDue? { seconds.map { definition.nextDue($0, of: schedule.workflow) } }
        func timestamp(_ seconds: Int) -> Timestamp { Timestamp(rawValue: Int64(seconds) * 1_000_000) }
        switch decision {
        case .start(let due, let following, let isQueued):
            let submission = try submission(workflow, source, definition, due: due, done.schedule)
            done.run = try await store.start(
                submission,
                for: schedule,
                due: timestamp(due),
                next: next(following),
                nextIsQueued: isQueued,
                on: connection,
                now: now
            )
            if done.run != nil {
                done.queues = submission.firstQueues
                failpoints.reach(.beforeScheduleCommit)
            }
        case .skip(let due, let following):
            try await store.skip(schedule, due: timestamp(due), next: next(following), on: connection)
        case .pass(let following):
            try await store.pass(schedule, next: next(following), on: connection)
        case .wait(let due, let cancels):
            if cancels {
                // On this connection: all others may be in transactions that wait for this schedule. All are locked before the
                // first is cancelled, which takes the lock of all budgets.
                try await RunStore.lock(schedule.active, on: connection)
                for run in schedule.active {
                    guard let cancelled = try await RunStore.cancel(run, on: connection, now: now) else { continue }
                    done.queues += cancelled.cancellation.readied
                    done.cancelled += cancelled.runs
                }
            }
            try await store.block(schedule, due: timestamp(due), by: schedule.active[0], on: connection)
        }
        return done
    }

    private func submission(
        _ workflow: WorkflowDefinition,
        _ source: String,
        _ schedule: ScheduleDefinition,
        due: Int,
        _ name: String
    ) throws -> RunStore.Submission {
        let facts = TriggerFacts(
            schedule: name,
            due: due,
            in: try ZoneDirectory.system.zone(schedule.timezone)
        )
        return try SubmissionRequest.submission(
            workflow,
            source: source,
            params: try schedule.params(of: facts),
            team: workflow.team ?? SubmissionRequest.defaultTeam,
            idempotencyKey: nil
        )
    }

    /// Reads on the transaction's own connection: all others may be in transactions that wait for one too.
    private func definition(
        of schedule: DueSchedule,
        on connection: PostgresConnection
    ) async throws -> (WorkflowDefinition, String, ScheduleDefinition) {
        try await definition(schedule.version, schedule.workflow, schedule.name) {
            try await RunStore.version($0, on: connection)
        }
    }

    private func definition(
        _ id: VersionID,
        _ workflow: String,
        _ name: String,
        read: (VersionID) async throws -> RunStore.Version
    ) async throws -> (WorkflowDefinition, String, ScheduleDefinition) {
        let version = try await versions.entry(id, of: workflow, read: read)
        guard let found = version.definition.schedules.first(where: { $0.name == name }) else {
            throw StorageError.versionMissing(id)
        }
        return (version.definition, version.source, found)
    }
}
