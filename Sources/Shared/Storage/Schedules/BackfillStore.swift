package import JobModel
package import Postgres

/// Starts runs for due times that lie behind, a few at a time.
package struct BackfillStore: Sendable {
    /// A backfill that is locked.
    package struct Taken: Equatable, Sendable {
        package let id: Int64
        package let workflow: String
        package let schedule: String
        package let version: VersionID
        let newestFirst: Bool
        let mostActive: Int
    }

    /// A due time that may start now.
    package struct Item: Equatable, Sendable {
        /// In seconds since 1970.
        package let due: Int
        /// The run that failed before and is to go on.
        package let failedRun: RunID?
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Adds a backfill of a locked schedule.
    ///
    /// - Parameter again: Whether due times are taken too that the schedule has started a run for.
    /// - Returns: Its number, and how many due times it has.
    package func add(
        _ dues: [Int],
        of schedule: DueSchedule,
        newestFirst: Bool,
        mostActive: Int,
        again: Bool,
        on connection: PostgresConnection
    ) async throws -> (id: Int64, items: Int) {
        let row = try await connection.query(
            Statement.addBackfill,
            [
                .integer(schedule.id), .integer(schedule.version.rawValue), .bool(newestFirst), .integer(mostActive),
                .array(dues), .bool(again),
            ]
        ).rows[0]
        return (try row.int64("backfill_id"), try row.int("items"))
    }

    /// Locks the first backfill behind `id` that goes on, and takes over how its runs have ended.
    package func take(after id: Int64, on connection: PostgresConnection) async throws -> Taken? {
        guard let row = try await connection.query(Statement.takeBackfill, [.integer(id)]).rows.first else {
            return nil
        }
        let taken = Taken(
            id: try row.int64("backfill_id"),
            workflow: try row.string("workflow"),
            schedule: try row.string("schedule"),
            version: VersionID(rawValue: try row.int64("version_id")),
            newestFirst: try row.bool("newest_first"),
            mostActive: try row.int("most_active")
        )
        _ = try await connection.query(Statement.settleBackfill, [.integer(taken.id)])
        _ = try await connection.query(Statement.endBackfill, [.integer(taken.id)])
        return taken
    }

    /// What may start now.
    package func items(of backfill: Taken, on connection: PostgresConnection) async throws -> [Item] {
        try await connection.query(
            Statement.nextBackfillItems,
            [.integer(backfill.id), .bool(backfill.newestFirst), .integer(backfill.mostActive)]
        ).rows.map { row in
            Item(due: try row.int("due"), failedRun: try row.optionalInt64("run_id").map(RunID.init(rawValue:)))
        }
    }

    /// Starts the run of a due time.
    ///
    /// - Returns: The queues that have pending jobs by it.
    package func start(
        _ item: Item,
        of backfill: Taken,
        _ submission: RunStore.Submission,
        on connection: PostgresConnection
    ) async throws -> [String] {
        let run: RunID
        var queues: [String] = []
        if let failed = item.failedRun {
            run = failed
            // One that somebody else has retried already goes on as well.
            queues = try await RunStore.retry(failed, RunStore.Retry(), on: connection, now: nil) ?? []
        } else {
            run = try await RunStore.submit(submission, on: connection, now: nil).run
            queues = submission.jobs.filter(\.needs.isEmpty).map(\.queue)
        }
        _ = try await connection.query(
            Statement.startBackfillItem,
            [.integer(backfill.id), .integer(item.due), .integer(run.rawValue)]
        )
        return queues
    }

    /// - Returns: False when there is no such backfill that has not ended.
    package func setPaused(_ isPaused: Bool, _ id: Int64) async throws -> Bool {
        try await !pool.query(Statement.pauseBackfill, [.integer(id), .bool(isPaused)]).rows.isEmpty
    }

    /// Has a backfill start nothing more.
    ///
    /// - Returns: Its runs under way, which are the caller's to cancel; nil when there is no such backfill that has
    ///   not ended.
    package func cancel(_ id: Int64) async throws -> [RunID]? {
        let rows = try await pool.query(Statement.cancelBackfill, [.integer(id)]).rows
        guard !rows.isEmpty else { return nil }
        return try rows.compactMap { try $0.optionalInt64("run_id").map(RunID.init(rawValue:)) }
    }

    /// Has the due times go on whose runs have failed.
    ///
    /// - Returns: How many.
    package func retry(_ id: Int64) async throws -> Int {
        try await pool.query(Statement.retryBackfill, [.integer(id)]).rows.count
    }

    /// The newest backfills, or the one of a number.
    package func list(_ id: Int64? = nil) async throws -> [BackfillDetail] {
        try await pool.query(Statement.listBackfills, [.optional(id)]).rows.map(BackfillDetail.init)
    }
}
