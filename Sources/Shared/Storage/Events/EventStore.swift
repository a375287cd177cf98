package import JobModel
package import Postgres

/// Keeps events and brings them to the triggers that hear of them and the jobs that wait for them.
///
/// An event is kept first and dispatched afterwards, in a transaction of its own that any scheduler may carry out; a job
/// notes first that it waits and looks for events afterwards. So whichever comes first, one finds the other.
package struct EventStore: Sendable {
    /// How many events are looked at in one go.
    static let pageSize = 100

    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Keeps an event, once for each idempotency key.
    ///
    /// - Parameter run: The run that tells of it, if one does.
    /// - Returns: The event, and whether it is new.
    /// - Throws: `StorageError.idempotencyKeyUsed` where the key names an event of another name or key: that one was
    ///   told of, and this one would be lost.
    package func add(
        _ event: NewEvent,
        team: String,
        source: String,
        run: RunID? = nil,
        now: String? = nil
    ) async throws -> (event: KeptEvent, isNew: Bool) {
        let key = PostgresParameter.optional(event.idempotencyKey)
        while true {
            let added = try await pool.query(
                Statement.addEvent,
                [
                    .text(team), .text(event.name), .optional(event.key), .json(event.data.text()), .text(source),
                    key, .optional(run?.rawValue), .optional(now),
                ]
            )
            if let row = added.rows.first { return (try KeptEvent(row: row), true) }
            if let row = try await pool.query(Statement.findEventByKey, [.text(team), key]).rows.first {
                let earlier = try KeptEvent(row: row)
                guard earlier.name == event.name, earlier.key == event.key else {
                    throw StorageError.idempotencyKeyUsed(
                        key: event.idempotencyKey ?? "",
                        by: "event \(earlier.id), \(earlier.name)" + (earlier.key.map { " of \"\($0)\"" } ?? "")
                    )
                }
                return (earlier, false)
            }
            // It was past its retention, and is gone now.
        }
    }

    /// Events for people, newest first.
    package func list(
        name: String? = nil,
        key: String? = nil,
        before: Int64? = nil,
        limit: Int = 50
    ) async throws -> [KeptEvent] {
        let parameters: [PostgresParameter] = [
            .optional(name), .optional(key), .optional(before), .integer(limit),
        ]
        return try await pool.query(Statement.listEvents, parameters).rows.map(KeptEvent.init(row:))
    }

    /// What a dispatch did.
    package struct Dispatch: Equatable, Sendable {
        package let events: Int
        /// How many triggers were told of how many of them.
        package let told: Int
        /// The queues that have jobs by it.
        package let queues: Set<String>

        package init(events: Int, told: Int = 0, queues: Set<String>) {
            self.events = events
            self.told = told
            self.queues = queues
        }
    }

    /// Brings events that nobody has dispatched to the triggers that hear of them, and resumes the jobs that wait for
    /// them.
    ///
    /// - Parameter limit: How many events at most, in one transaction.
    package func dispatch(limit: Int = 1000, now: String? = nil) async throws -> Dispatch {
        try await pool.transaction { connection in
            let row = try await connection.query(Statement.dispatchEvents, [.integer(limit)]).rows[0]
            let jobs = try row.json("jobs").arrayValue?.compactMap(\.integerValue).map(JobID.init(rawValue:)) ?? []
            var queues: Set<String> = []
            if !jobs.isEmpty {
                let results = try await connection.pipeline(QueueStore.resumption(of: jobs, now: now))
                queues = Set(try results[1].rows.map { try $0.string("queue") })
            }
            return Dispatch(events: try row.int("events"), told: try row.int("told"), queues: queues)
        }
    }

    /// Deletes events that came longer ago than `retention`, and that no trigger holds.
    ///
    /// - Parameters:
    ///   - last: The event behind which to begin; 0 for the first one.
    ///   - looks: How many are looked at.
    ///   - limit: How many are deleted at most.
    /// - Returns: How many are gone, and behind which event to go on; nil when none is left that is old.
    package func prune(
        olderThan retention: Duration,
        after last: Int64 = 0,
        looks: Int = 2000,
        limit: Int,
        now: String? = nil
    ) async throws -> (deleted: Int, next: Int64?) {
        let row = try await pool.query(
            Statement.pruneEvents,
            [
                .integer(retention.wholeMicroseconds), .integer(limit), .optional(now), .integer(last),
                .integer(looks),
            ]
        ).rows[0]
        return (try row.int("deleted"), try row.optionalInt64("last_id"))
    }
}
