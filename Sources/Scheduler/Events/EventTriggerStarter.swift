import JobModel
import Postgres
import Settings
import Storage
import Workflow

/// Starts the runs of triggers that go by events; any number of processes may do so at once.
struct EventTriggerStarter: Sendable {
    /// What went wrong with one trigger.
    struct Fault: Error {
        let trigger: EventTriggerStore.Taken
        let reason: String
    }

    /// What was done about a trigger that had news.
    struct Done: Equatable {
        let trigger: String
        var runs: [RunID] = []
        /// Why events could start none.
        var refusals: [String] = []
        /// The queues that have pending jobs by it.
        var queues: [String] = []
    }

    /// How many versions of workflows are kept in memory.
    private static let cacheSize = 500
    /// The most runs of one transaction.
    static let batch = 20
    /// The most new events that are looked at at once.
    static let newsAtOnce = 200

    private let pool: PostgresPool
    private let store: EventTriggerStore
    private let versions = VersionCache(limit: cacheSize)
    private let failpoints: SchedulerFailpoints

    init(_ pool: PostgresPool, failpoints: SchedulerFailpoints = SchedulerFailpoints(nil)) {
        self.pool = pool
        self.failpoints = failpoints
        store = EventTriggerStore(pool)
    }

    /// Deals with the trigger that has had news for longest; nil when none has.
    ///
    /// - Throws: `Fault` for what is wrong with that trigger alone.
    func startNext(now: String? = nil) async throws -> Done? {
        try await pool.transaction { connection in
            guard let trigger = try await store.take(on: connection, now: now) else { return nil }
            do {
                return try await deal(with: trigger, connection)
            } catch let error as CancellationError {
                throw error
            } catch let error as PostgresError where error.isTransient {
                throw error
            } catch {
                throw Fault(trigger: trigger, reason: "\(error)")
            }
        }
    }

    private func deal(
        with trigger: EventTriggerStore.Taken,
        _ connection: PostgresConnection
    ) async throws -> Done {
        let (version, definition) = try await definition(
            trigger.version,
            trigger.workflow,
            trigger.name,
            on: connection
        )
        var turn = TriggerTurn(
            trigger: trigger,
            definition: definition,
            workflow: version.definition,
            source: version.source,
            store: store,
            connection: connection,
            active: try await store.active(trigger, on: connection)
        )
        try await turn.take()
        try await store.move(
            trigger,
            active: trigger.mostActive == nil ? [] : turn.active,
            started: turn.done.runs.last,
            error: turn.done.refusals.last,
            on: connection
        )
        if !turn.done.runs.isEmpty { failpoints.reach(.beforeTriggerCommit) }
        return turn.done
    }

    /// A trigger as a version of its workflow has it.
    ///
    /// Reads on the transaction's own connection: all others may be in transactions that wait for one too.
    func definition(
        _ id: VersionID,
        _ workflow: String,
        _ name: String,
        on connection: PostgresConnection
    ) async throws -> (version: VersionCache.Entry, trigger: EventTriggerDefinition) {
        let version = try await versions.entry(id, of: workflow) { try await RunStore.version($0, on: connection) }
        guard let found = version.definition.eventTriggers.first(where: { $0.name == name }) else {
            throw StorageError.versionMissing(id)
        }
        return (version, found)
    }
}
