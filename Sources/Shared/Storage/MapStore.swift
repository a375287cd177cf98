package import JobModel
package import Postgres

/// The items of mapped jobs, as the worker sees them that holds the mapped job.
package struct MapStore: Sendable {
    /// How the items of a mapped job stand.
    package struct Progress: Equatable, Sendable {
        package var items: Int
        /// How many of them have been made.
        package var expanded: Int
        /// How many have not ended, those not made included.
        package var unfinished: Int
        package var succeeded: Int
        package var failed: Int
        package var skipped: Int
        /// Whether more have failed than may.
        package var hasFailed: Bool
        /// Whether those that have not begun are to be skipped, and have not been.
        package var mustStop: Bool
        /// Whether they have been skipped.
        package var isStopped: Bool
    }

    /// How an item ended.
    package struct ItemResult: Equatable, Sendable {
        package let index: Int
        /// Nil while it has not ended.
        package let state: JobState?
        /// What an item left that succeeded: JSON text, or the name of a blob.
        package let output: Output?
        /// Why it did not succeed, JSON text.
        package let error: String?

        /// What an item left.
        package enum Output: Equatable, Sendable {
            case text(String)
            case blob(StoredBlob)
        }
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// How the items stand; nil when none were begun.
    package func progress(of job: JobID) async throws -> Progress? {
        guard let row = try await pool.query(Statement.readMap, [.integer(job.rawValue)]).rows.first else { return nil }
        let isStopped = try row.bool("is_stopped")
        return Progress(
            items: try row.int("items"),
            expanded: try row.int("expanded"),
            unfinished: try row.int("unfinished"),
            succeeded: try row.int("succeeded"),
            failed: try row.int("failed"),
            skipped: try row.int("skipped"),
            hasFailed: try row.bool("has_failed"),
            mustStop: try row.bool("must_stop") && !isStopped,
            isStopped: isStopped
        )
    }

    /// Begins the items of a job; what has begun is left as it is.
    ///
    /// - Throws: `StorageError.leaseLost`.
    package func begin(
        _ job: ClaimedJob,
        items: Int,
        atOnce: Int?,
        tolerated: Int?,
        failsFast: Bool
    ) async throws -> Progress {
        _ = try await pool.query(
            Statement.beginMap,
            [
                .integer(job.id.rawValue), .integer(job.epoch.rawValue), .integer(items), .optional(atOnce),
                .optional(tolerated), .bool(failsFast),
            ]
        )
        guard let progress = try await progress(of: job.id) else { throw StorageError.leaseLost(job.id, job.epoch) }
        if progress.expanded == 0, job.attempt > 1 {
            _ = try await pool.query(
                Statement.forgetItems,
                [.integer(job.id.rawValue), .integer(job.epoch.rawValue), .integer(items)]
            )
        }
        return progress
    }

    /// Adds items, those that are not there yet.
    ///
    /// - Parameter first: The place of the first one, counted from 0.
    /// - Returns: The queue of the items; nil when the lease was lost or the run was cancelled.
    package func add(
        _ items: [JSONValue],
        from first: Int,
        to job: ClaimedJob,
        now: String? = nil
    ) async throws -> String? {
        let lease: [PostgresParameter] = [.integer(job.id.rawValue), .integer(job.epoch.rawValue)]
        let results = try await pool.pipeline([
            (Statement.lockMappedJob, lease),
            (
                Statement.addItems,
                lease + [.integer(first), .array(items.map { $0.text() }), .optional(now)]
            ),
            (Statement.followItems, [.array([job.id.rawValue]), .optional(now)]),
        ])
        return try results[1].rows.first?.string("queue")
    }

    /// Skips the items that no worker holds, and cancels the runs that these have started.
    ///
    /// - Returns: The queues that have pending jobs by it; notify them.
    /// - Throws: `StorageError.leaseLost`.
    package func stop(_ job: ClaimedJob, now: String? = nil) async throws -> [String] {
        let (cancelled, readied) = try await pool.transactionLockingRuns {
            try await Self.stop(job, on: $0, now: now)
        }
        // Everything is done: a worker that is not told finds out at its next heartbeat.
        for run in cancelled { try? await Notifications.sendCancellation(of: run, on: pool) }
        return Array(readied)
    }

    /// Locks the lease, then the run and, below it, those that the items have started, then what waits.
    ///
    /// A child that ends makes its item due while it holds the lock of its own run: so that lock comes before the items that wait.
    private static func stop(
        _ job: ClaimedJob,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> (cancelled: [RunID], readied: Set<String>) {
        let lease: [PostgresParameter] = [.integer(job.id.rawValue), .integer(job.epoch.rawValue)]
        let lost = StorageError.leaseLost(job.id, job.epoch)
        guard try await !connection.query(Statement.lockMappedJob, lease).rows.isEmpty else { throw lost }
        let children = try await RunStore.liveChildren(of: job.id, in: job.run, on: connection)
        if !children.isEmpty { _ = try await RunStore.lock(children.map(\.run), on: connection) }
        let stopped = try await connection.query(Statement.stopItems, lease + [.optional(now)])
        guard let row = stopped.rows.first else { throw lost }
        let tried = Set(try row.string("tried_jobs").split(separator: ",").compactMap { Int64($0) })
        guard !tried.isEmpty else { return ([], []) }
        _ = try await connection.query(Statement.settleOpenSteps, [.array(tried.sorted()), .optional(now)])
        // Those of items that run go on.
        let left = children.filter { tried.contains($0.startedBy.rawValue) }.map(\.run)
        guard !left.isEmpty else { return ([], []) }
        let cancelled = try await RunStore.lock(left, on: connection)
        var readied: Set<String> = []
        for run in cancelled {
            readied.formUnion(
                try await RunStore.cancelAlone(run, isLate: false, on: connection, now: now)?.readied ?? []
            )
        }
        return (cancelled, readied)
    }

    /// A page of the items of a job, in their order.
    package func items(of job: JobID, from first: Int, limit: Int = 1000) async throws -> [ItemResult] {
        let rows = try await pool.query(
            Statement.readItems,
            [.integer(job.rawValue), .integer(first), .integer(limit)]
        ).rows
        return try rows.map { row in
            let state: JobState? = try row.optionalString("state") == nil ? nil : try row.word("state")
            var output: ItemResult.Output?
            if let blob = try row.optionalString("output_blob").flatMap(StoredBlob.init) {
                output = .blob(blob)
            } else if let text = try row.optionalString("output") {
                output = .text(text)
            }
            return ItemResult(
                index: try row.int("item_index"),
                state: state,
                output: output,
                error: try row.optionalString("error")
            )
        }
    }
}
