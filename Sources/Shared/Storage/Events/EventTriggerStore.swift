package import JobModel
package import Postgres

/// Starts the runs of triggers that go by events.
///
/// What becomes of an event happens in one transaction, which holds the row of the trigger: the run, and the note that
/// it has taken the event. Whoever is killed in it leaves the event to the next who looks.
package struct EventTriggerStore: Sendable {
    /// A trigger that is locked.
    package struct Taken: Equatable, Sendable {
        package let id: Int64
        package let workflow: String
        package let name: String
        package let version: VersionID
        package let mostActive: Int?

        fileprivate init(row: PostgresRow) throws {
            id = try row.int64("trigger_id")
            workflow = try row.string("workflow")
            name = try row.string("name")
            version = VersionID(rawValue: try row.int64("version_id"))
            mostActive = try row.optionalInt64("max_active").map(Int.init)
        }
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Locks the trigger with new events that was dealt with longest ago; must come first in its transaction.
    package func take(on connection: PostgresConnection, now: String? = nil) async throws -> Taken? {
        try await connection.query(Statement.takeEventTrigger, [.optional(now)]).rows.first.map(Taken.init)
    }

    /// Locks a trigger that is deployed; nil when there is none of this name.
    package func lock(workflow: String, name: String, on connection: PostgresConnection) async throws -> Taken? {
        try await connection.query(Statement.lockEventTrigger, [.text(workflow), .text(name)]).rows.first
            .map(Taken.init)
    }

    /// The runs of a trigger that count against its bound.
    package func active(_ trigger: Taken, on connection: PostgresConnection) async throws -> [RunID] {
        guard trigger.mostActive != nil else { return [] }
        return try await connection.query(Statement.readActiveRuns, [.integer(trigger.id)]).rows
            .map { RunID(rawValue: try $0.int64("run_id")) }
    }

    /// The new events, in the order of their numbers.
    package func news(
        of trigger: Taken,
        after last: Int64,
        withData: Bool,
        limit: Int,
        on connection: PostgresConnection
    ) async throws -> [News] {
        try await connection.query(
            Statement.readNews,
            [.integer(trigger.id), .bool(withData), .integer(limit), .integer(last)]
        ).rows.map(News.init)
    }

    /// Of which names there are events that are held, for no run has taken them.
    ///
    /// - Parameter key: Only those with this key, which is empty for none; nil for any.
    package func present(
        _ names: [String],
        key: String?,
        of trigger: Taken,
        on connection: PostgresConnection
    ) async throws -> Set<String> {
        let rows = try await connection.query(
            Statement.findNews,
            [.integer(trigger.id), .array(names), .optional(key)]
        ).rows
        return Set(try rows.map { try $0.string("name") })
    }

    /// The events that are held, for no run has taken them, at most `limit` of each name, in the order of their numbers.
    package func gather(
        _ names: Set<String>,
        key: String?,
        limit: Int,
        of trigger: Taken,
        on connection: PostgresConnection
    ) async throws -> [News] {
        try await connection.query(
            Statement.gatherNews,
            [.integer(trigger.id), .array(names.sorted()), .optional(key), .integer(limit)]
        ).rows.map(News.init)
    }

    /// Starts a run that takes events.
    package func start(
        _ submission: RunStore.Submission,
        taking news: [News],
        for trigger: Taken,
        on connection: PostgresConnection
    ) async throws -> RunID {
        let run = try await RunStore.submit(submission, on: connection, now: nil).run
        try await settle(news.map(\.event.id), of: trigger, "started", run: run, error: nil, connection)
        return run
    }

    /// Has events wait for others.
    package func hold(_ events: [Int64], of trigger: Taken, on connection: PostgresConnection) async throws {
        try await settle(events, of: trigger, "held", run: nil, error: nil, connection)
    }

    /// Notes that events can start no run.
    package func refuse(
        _ news: [News],
        of trigger: Taken,
        error: String,
        on connection: PostgresConnection
    ) async throws {
        try await settle(news.map(\.event.id), of: trigger, "refused", run: nil, error: error, connection)
    }

    /// Forgets events that do not count.
    package func drop(_ events: [Int64], of trigger: Taken, on connection: PostgresConnection) async throws {
        guard !events.isEmpty else { return }
        _ = try await connection.query(Statement.dropNews, [.integer(trigger.id), .array(events)])
    }

    /// Has a trigger looked at again that holds more events of these names than a run could take.
    package func renew(
        _ names: Set<String>,
        key: String?,
        of trigger: Taken,
        on connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.renewNews,
            [.integer(trigger.id), .array(names.sorted()), .optional(key)]
        )
    }

    /// Notes what a trigger has come to.
    package func move(
        _ trigger: Taken,
        active: [RunID],
        started run: RunID?,
        error: String?,
        on connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.moveEventTrigger,
            [
                .integer(trigger.id), .array(active.map(\.rawValue)), .optional(run?.rawValue),
                .optional(error),
            ]
        )
    }

    /// Looks again later at a trigger that could not be dealt with, unless it was changed since it was taken.
    package func postpone(_ trigger: Taken, by delay: Duration, error: String) async throws {
        _ = try await pool.query(
            Statement.postponeEventTrigger,
            [
                .integer(trigger.id), .text(error), .integer(delay.wholeMicroseconds),
                .integer(trigger.version.rawValue),
            ]
        )
    }

    // MARK: For people

    /// Pauses a trigger, or has it go on.
    ///
    /// - Parameter dropping: Whether what came in the meantime is left out.
    /// - Returns: False when there is no such trigger.
    package func setPaused(
        _ isPaused: Bool,
        workflow: String,
        name: String,
        dropping: Bool,
        noting note: AuditNote? = nil
    ) async throws -> Bool {
        try await withTrigger(workflow, name) { trigger, connection in
            if dropping { _ = try await connection.query(Statement.clearNews, [.integer(trigger)]) }
            _ = try await connection.query(Statement.pauseEventTrigger, [.integer(trigger), .bool(isPaused)])
            try await note?.add(on: connection)
        } != nil
    }

    /// Has the events looked at again that could start no run.
    ///
    /// - Returns: How many; nil when there is no such trigger.
    package func retry(workflow: String, name: String, noting note: AuditNote? = nil) async throws -> Int? {
        try await withTrigger(workflow, name) { trigger, connection in
            let news = try await connection.query(Statement.retryNews, [.integer(trigger)]).rows.count
            try await note?.add(on: connection)
            return news
        }
    }

    /// All triggers that are deployed, by name.
    ///
    /// - Parameter event: Only those that hear of it.
    package func all(hearing event: String? = nil) async throws -> [EventTriggerDetail] {
        try await pool.query(Statement.listEventTriggers, [.optional(event)]).rows.map(EventTriggerDetail.init)
    }

    private func withTrigger<Value: Sendable>(
        _ workflow: String,
        _ name: String,
        _ body: (Int64, PostgresConnection) async throws -> Value
    ) async throws -> Value? {
        try await pool.transaction { connection in
            guard let trigger = try await lock(workflow: workflow, name: name, on: connection) else { return nil }
            return try await body(trigger.id, connection)
        }
    }

    private func settle(
        _ events: [Int64],
        of trigger: Taken,
        _ state: String,
        run: RunID?,
        error: String?,
        _ connection: PostgresConnection
    ) async throws {
        guard !events.isEmpty else { return }
        _ = try await connection.query(
            Statement.settleNews,
            [.integer(trigger.id), .array(events), .text(state), .optional(run?.rawValue), .optional(error)]
        )
    }
}
