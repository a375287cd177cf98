package import JobModel
package import Postgres

/// Starts runs for due times that lie behind, or for partitions, a few at a time.
package struct BackfillStore: Sendable {
    /// A backfill that is locked.
    package struct Taken: Equatable, Sendable {
        package let id: Int64
        package let workflow: String
        package let subject: BackfillSubject
        package let version: VersionID
        let mostActive: Int
        /// Who asked for it, and so for its runs; nil when that is not known.
        package let requester: String?
        /// Whether it starts nothing more, and what is under way is to be cancelled.
        package let isCancelled: Bool
        /// Whether it is noted that it cannot go on.
        let hasError: Bool
    }

    /// An item that may start now.
    package struct Next: Equatable, Sendable {
        package enum Subject: Equatable, Sendable {
            /// A due time, in seconds since 1970.
            case due(Int)
            case partition(String)
        }

        let number: Int64
        package let subject: Subject
        /// The run that failed before and is to go on.
        package let failedRun: RunID?
    }

    /// How many runs are cancelled in one go.
    private static let batch = 50

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    // MARK: Adding

    /// What is left of a plan without what has had a run, by its schedule or trigger or by a backfill, or is about to
    /// have one by a backfill.
    package func left(of plan: BackfillPlan, on connection: PostgresConnection) async throws -> BackfillPlan {
        switch plan {
        case .dueTimes(let dues, let schedule):
            guard let first = dues.min(), let last = dues.max() else { return plan }
            let rows = try await connection.query(
                Statement.findStartedDueTimes,
                [.integer(schedule.id), .integer(first), .integer(last)]
            ).rows
            let started = Set(try rows.map { try $0.int("due") })
            return .dueTimes(dues.filter { !started.contains($0) }, schedule)
        case .partitions(let partitions, let trigger):
            let rows = try await connection.query(
                Statement.findStartedPartitions,
                [.integer(trigger.id), .array(partitions)]
            ).rows
            let started = Set(try rows.map { try $0.string("partition") })
            return .partitions(partitions.filter { !started.contains($0) }, trigger)
        }
    }

    /// Adds a backfill.
    ///
    /// - Parameters:
    ///   - newestFirst: How the plan is ordered, for people.
    ///   - requester: Who asks for it.
    /// - Returns: Its number.
    package func add(
        _ plan: BackfillPlan,
        newestFirst: Bool,
        mostActive: Int,
        requester: String? = nil,
        on connection: PostgresConnection
    ) async throws -> Int64 {
        let (schedule, trigger, version, dues, partitions): (Int64?, Int64?, VersionID, [Int]?, [String]?)
        switch plan {
        case .dueTimes(let list, let locked):
            (schedule, trigger, version, dues, partitions) = (locked.id, nil, locked.version, list, nil)
        case .partitions(let list, let locked):
            (schedule, trigger, version, dues, partitions) = (nil, locked.id, locked.version, nil, list)
        }
        return try await connection.query(
            Statement.addBackfill,
            [
                .optional(schedule), .optional(trigger), .integer(version.rawValue), .bool(newestFirst),
                .integer(mostActive), dues.map { .array($0) } ?? .null, partitions.map { .array($0) } ?? .null,
                .optional(requester?.withoutNull),
            ]
        ).rows[0].int64("backfill_id")
    }

    // MARK: Starting

    /// Locks the first backfill behind `id` that goes on, and takes over how its runs have ended.
    package func take(after id: Int64, on connection: PostgresConnection) async throws -> Taken? {
        guard let row = try await connection.query(Statement.takeBackfill, [.integer(id)]).rows.first else {
            return nil
        }
        let taken = Taken(
            id: try row.int64("backfill_id"),
            workflow: try row.string("workflow"),
            subject: try BackfillSubject(row: row),
            version: VersionID(rawValue: try row.int64("version_id")),
            mostActive: try row.int("most_active"),
            requester: try row.optionalString("requested_by"),
            isCancelled: try row.bool("is_cancelled"),
            hasError: try row.bool("has_error")
        )
        try await settle(taken.id, connection)
        return taken
    }

    /// Takes over how the runs of a locked backfill have ended.
    private func settle(_ id: Int64, _ connection: PostgresConnection) async throws {
        _ = try await connection.query(Statement.settleBackfill, [.integer(id)])
        _ = try await connection.query(Statement.endBackfill, [.integer(id)])
    }

    /// Some of the runs of a cancelled backfill that nobody has cancelled yet.
    package func uncancelledRuns(of id: Int64, on connection: PostgresConnection) async throws -> [RunID] {
        try await connection.query(Statement.findBackfillRuns, [.integer(id), .integer(Self.batch)]).rows
            .map { RunID(rawValue: try $0.int64("run_id")) }
    }

    /// Notes why a backfill cannot go on.
    package func note(_ error: String, of id: Int64) async throws {
        _ = try await pool.query(Statement.noteBackfillError, [.integer(id), .text(error.withoutNull)])
    }

    /// Forgets why a locked backfill could not go on: it did.
    package func forgetError(of backfill: Taken, on connection: PostgresConnection) async throws {
        guard backfill.hasError else { return }
        _ = try await connection.query(Statement.noteBackfillError, [.integer(backfill.id), .null])
    }

    /// Makes the gates of what may start, before the first of it is.
    package func makeGates(of submissions: [RunStore.Submission], on connection: PostgresConnection) async throws {
        try await RunStore.makeGates(of: submissions, on: connection)
    }

    /// What may start now.
    package func next(of backfill: Taken, on connection: PostgresConnection) async throws -> [Next] {
        try await connection.query(
            Statement.nextBackfillItems,
            [.integer(backfill.id), .integer(backfill.mostActive)]
        ).rows.map { row in
            Next(
                number: try row.int64("number"),
                subject: try row.optionalString("partition").map { .partition($0) } ?? .due(try row.int("due")),
                failedRun: try row.optionalInt64("run_id").map(RunID.init(rawValue:))
            )
        }
    }

    /// Starts the run of an item.
    package func start(
        _ submission: RunStore.Submission,
        for item: Next,
        of backfill: Taken,
        on connection: PostgresConnection
    ) async throws {
        let run = try await RunStore.submit(submission, on: connection, now: nil).run
        try await note(item, of: backfill, run: run, on: connection)
    }

    /// Locks the runs of items that have failed, before the first of them is retried: a retry takes the lock of all budgets, and
    /// runs are locked before that.
    package func lockFailedRuns(of items: [Next], on connection: PostgresConnection) async throws {
        for run in items.compactMap(\.failedRun?.rawValue).sorted() {
            _ = try await connection.query(Statement.lockEndedRun, [.integer(run)])
        }
    }

    /// Has the run of an item go on that has failed.
    ///
    /// - Returns: The queues that have pending jobs by it; nil when the run is past its retention and gone.
    package func retry(
        _ run: RunID,
        for item: Next,
        of backfill: Taken,
        on connection: PostgresConnection
    ) async throws -> [String]? {
        let queues = try await RunStore.retry(run, RunStore.Retry(), on: connection, now: nil)
        // One that somebody else has retried already goes on as well.
        if queues == nil {
            let found = try await connection.query(Statement.findRun, [.integer(run.rawValue), .null]).rows
            if found.isEmpty { return nil }
        }
        try await note(item, of: backfill, run: run, on: connection)
        return queues ?? []
    }

    /// Notes that no run can be started for an item.
    package func refuse(
        _ item: Next,
        of backfill: Taken,
        error: String,
        on connection: PostgresConnection
    ) async throws {
        try await note(item, of: backfill, error: error, on: connection)
    }

    private func note(
        _ item: Next,
        of backfill: Taken,
        run: RunID? = nil,
        error: String? = nil,
        on connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.startBackfillItem,
            [.integer(backfill.id), .integer(item.number), .optional(run?.rawValue), .optional(error)]
        )
    }

    // MARK: For people

    /// - Returns: False when there is no such backfill that has not ended.
    package func setPaused(_ isPaused: Bool, _ id: Int64, noting note: AuditNote? = nil) async throws -> Bool {
        try await pool.transaction { connection in
            let paused = try await connection.query(Statement.pauseBackfill, [.integer(id), .bool(isPaused)])
            guard !paused.rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
    }

    /// Has a backfill start nothing more, and cancels its runs under way.
    ///
    /// Whoever is killed in it, or loses its connection, leaves the rest to the next who looks at the backfill.
    ///
    /// - Returns: False when there is no such backfill that has not ended.
    package func cancel(_ id: Int64, noting note: AuditNote? = nil) async throws -> Bool {
        guard try await !change(id, by: Statement.cancelBackfill, note).isEmpty else { return false }
        try? await cancelRuns(of: id)
        return true
    }

    private func cancelRuns(of id: Int64) async throws {
        let runs = RunStore(pool)
        while true {
            let found = try await pool.withConnection { try await uncancelledRuns(of: id, on: $0) }
            guard !found.isEmpty else { break }
            for run in found { _ = try await runs.cancel(run) }
        }
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockBackfill, [.integer(id)])
            try await settle(id, connection)
        }
    }

    /// Has the items go on whose runs have failed, or that could start none.
    ///
    /// - Returns: How many.
    package func retry(_ id: Int64, noting note: AuditNote? = nil) async throws -> Int {
        try await change(id, by: Statement.retryBackfill, note).count
    }

    /// Changes a backfill and its items as they are once the lock is had.
    private func change(
        _ id: Int64,
        by statement: PostgresStatement,
        _ note: AuditNote?
    ) async throws -> PostgresRows {
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockBackfill, [.integer(id)])
            let rows = try await connection.query(statement, [.integer(id)]).rows
            if !rows.isEmpty { try await note?.add(on: connection) }
            return rows
        }
    }

    /// The newest backfills, or the one of a number.
    package func list(_ id: Int64? = nil) async throws -> [BackfillDetail] {
        try await pool.query(Statement.listBackfills, [.optional(id)]).rows.map(BackfillDetail.init)
    }

    /// The items of a backfill, in the order in which they start.
    ///
    /// - Parameter number: Only those behind it.
    package func items(
        of id: Int64,
        in state: BackfillItem.State? = nil,
        after number: Int64 = 0,
        limit: Int
    ) async throws -> [BackfillItem] {
        try await pool.query(
            Statement.listBackfillItems,
            [.integer(id), .optional(state?.rawValue), .integer(number), .integer(limit)]
        ).rows.map(BackfillItem.init)
    }
}
