package import JobModel
package import Postgres

/// Moves schedules from one due time to the next.
///
/// Everything that becomes of a due time happens in one transaction, which holds the row of the schedule: the note of
/// the due time, which can be there once, the run, and the next due time. Whoever is killed in it leaves the due time
/// to the next who looks.
package struct ScheduleStore: Sendable {
    /// How long it is until somebody should look again.
    package struct Wait: Equatable, Sendable {
        /// Until the next due time by the database's clock; negative when it is past, nil when there is none.
        package let untilDue: Duration?
        /// Whether schedules wait for the end of runs.
        package let isBlocked: Bool
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    package func wait() async throws -> Wait {
        let row = try await pool.query(Statement.nextSchedule).rows[0]
        return Wait(
            untilDue: try row.optionalInt64("wait_us").map { .microseconds($0) },
            isBlocked: try row.bool("is_blocked")
        )
    }

    /// Has schedules looked at again whose run has ended.
    package func unblock() async throws { _ = try await pool.query(Statement.unblockSchedules) }

    /// Locks the schedule that has been due for longest; must come first in its transaction.
    package func take(on connection: PostgresConnection, now: String? = nil) async throws -> DueSchedule? {
        let taken = try await connection.query(Statement.takeSchedule, [.optional(now)])
        guard var schedule = try taken.rows.first.map(DueSchedule.init) else { return nil }
        schedule.active = try await connection.query(Statement.readScheduleRuns, [.integer(schedule.id)]).rows
            .map { RunID(rawValue: try $0.int64("run_id")) }
        return schedule
    }

    /// Locks a schedule by its name.
    package func lock(workflow: String, name: String, on connection: PostgresConnection) async throws -> DueSchedule? {
        try await connection.query(Statement.lockSchedule, [.text(workflow), .text(name)]).rows.first
            .map(DueSchedule.init)
    }

    /// Starts the run of a due time and moves on.
    ///
    /// - Parameter nextIsQueued: Whether the next due time waits in line already.
    /// - Returns: Nil when something became of the due time before; the schedule moves on all the same.
    package func start(
        _ submission: RunStore.Submission,
        for schedule: DueSchedule,
        due: Timestamp,
        next: NextDue?,
        nextIsQueued: Bool = false,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> RunID? {
        let isNew = try await note(schedule, due, "started", connection, now)
        let run = isNew ? try await RunStore.submit(submission, on: connection, now: now).run : nil
        try await move(schedule, due: due, run: run, next: next, nextIsQueued: nextIsQueued, connection)
        return run
    }

    /// Leaves a due time out and moves on.
    package func skip(
        _ schedule: DueSchedule,
        due: Timestamp,
        next: NextDue?,
        on connection: PostgresConnection
    ) async throws {
        _ = try await note(schedule, due, "skipped", connection, nil)
        try await move(schedule, due: due, run: nil, next: next, connection)
    }

    /// Moves on without a word about what was missed.
    package func pass(
        _ schedule: DueSchedule,
        next: NextDue?,
        on connection: PostgresConnection
    ) async throws {
        try await move(schedule, due: nil, run: nil, next: next, connection)
    }

    /// Has a due time wait for the end of a run.
    package func block(
        _ schedule: DueSchedule,
        due: Timestamp,
        by run: RunID,
        on connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.blockSchedule,
            [.integer(schedule.id), .integer(run.rawValue), .integer(due.rawValue)]
        )
    }

    /// Looks again later at a schedule that could not be dealt with, unless it was dealt with or changed since it was taken.
    package func postpone(_ schedule: DueSchedule, by delay: Duration, error: String) async throws {
        _ = try await pool.query(
            Statement.postponeSchedule,
            [
                .integer(schedule.id), .text(error), .integer(delay.wholeMicroseconds),
                .integer(schedule.version.rawValue), .optional(schedule.due?.rawValue),
            ]
        )
    }

    /// Starts a run by hand, which changes nothing about when the schedule is due.
    package func trigger(
        _ submission: RunStore.Submission,
        for schedule: DueSchedule,
        on connection: PostgresConnection
    ) async throws -> RunID {
        let run = try await RunStore.submit(submission, on: connection, now: nil).run
        _ = try await connection.query(Statement.noteTriggeredRun, [.integer(schedule.id), .integer(run.rawValue)])
        return run
    }

    package func pause(_ schedule: DueSchedule, on connection: PostgresConnection) async throws {
        _ = try await connection.query(Statement.pauseSchedule, [.integer(schedule.id)])
    }

    package func resume(_ schedule: DueSchedule, next: NextDue?, on connection: PostgresConnection) async throws {
        _ = try await connection.query(
            Statement.resumeSchedule,
            [.integer(schedule.id), .optional(next?.due.rawValue), .optional(next?.at.rawValue)]
        )
    }

    /// Forgets what became of due times longer ago than `retention`.
    package func pruneDueTimes(before retention: Duration, limit: Int) async throws -> Int {
        try await pool.query(Statement.pruneDueTimes, [.integer(retention.wholeMicroseconds), .integer(limit), nil])
            .rows.count
    }

    /// All schedules that are deployed, by name.
    package func all() async throws -> [ScheduleDetail] {
        try await pool.withConnection { try await all(on: $0) }
    }

    /// The same, read within a transaction of the caller's.
    package func all(on connection: PostgresConnection) async throws -> [ScheduleDetail] {
        try await connection.query(Statement.listSchedules).rows.map(ScheduleDetail.init)
    }

    private func note(
        _ schedule: DueSchedule,
        _ due: Timestamp,
        _ outcome: String,
        _ connection: PostgresConnection,
        _ now: String?
    ) async throws -> Bool {
        let result = try await connection.query(
            Statement.addDueTime,
            [.integer(schedule.id), .integer(due.rawValue), .text(outcome), .optional(now)]
        )
        return !result.rows.isEmpty
    }

    private func move(
        _ schedule: DueSchedule,
        due: Timestamp?,
        run: RunID?,
        next: NextDue?,
        nextIsQueued: Bool = false,
        _ connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.moveSchedule,
            [
                .integer(schedule.id), .optional(next?.due.rawValue), .optional(next?.at.rawValue),
                .optional(due?.rawValue), .optional(run?.rawValue), .array(schedule.active.suffix(99).map(\.rawValue)),
                .bool(nextIsQueued),
            ]
        )
    }
}
