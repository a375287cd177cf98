import JobModel
package import Postgres

/// The channels by which processes wake each other.
///
/// They only save waiting: whoever misses one finds out by polling.
package enum Notifications {
    /// A queue got pending jobs; the payload is its name.
    package static let ready = "chassis_ready"
    /// A run was cancelled; the payload is its id.
    package static let cancelled = "chassis_cancelled"
    /// A job was taken out of its worker's hands; the payload is a `Fence`.
    package static let fenced = "chassis_fenced"

    /// A run ended that a due time waits for, or of a trigger that allows so many at once.
    ///
    /// The database sends it, with the commit.
    package static let ended = "chassis_ended"

    private static let notify = Statement.load("notify", PackageResources.notify_sql)
    private static let listenReady = Statement.load("listen_ready", PackageResources.listen_ready_sql)
    private static let listenCancelled = Statement.load("listen_cancelled", PackageResources.listen_cancelled_sql)
    private static let listenFenced = Statement.load("listen_fenced", PackageResources.listen_fenced_sql)
    private static let listenEnded = Statement.load("listen_ended", PackageResources.listen_ended_sql)

    /// Tells the workers that `queues` have pending jobs.
    package static func sendReady(_ queues: some Sequence<String>, on pool: PostgresPool) async throws {
        guard let (statement, parameters) = ready(queues) else { return }
        _ = try await pool.query(statement, parameters)
    }

    /// What tells the workers that `queues` have pending jobs; nil when there are none.
    static func ready(_ queues: some Sequence<String>) -> (PostgresStatement, [PostgresParameter])? {
        let names = Set(queues).sorted()
        return names.isEmpty ? nil : (notify, [.text(ready), .array(names.map(Optional.some))])
    }

    static func sendCancellation(of run: RunID, on pool: PostgresPool) async throws {
        _ = try await pool.query(notify, [.text(cancelled), .array([Optional(String(run.rawValue))])])
    }

    static func sendFences(_ fences: [Fence], on pool: PostgresPool) async throws {
        _ = try await pool.query(notify, [.text(fenced), .array(fences.map { Optional($0.payload) })])
    }

    /// Begins to hear on a connection of the ends of runs that hold others up.
    package static func listenToEnds(on connection: PostgresConnection) async throws {
        _ = try await connection.query(listenEnded)
    }

    /// Begins to hear on a connection what workers have to know.
    package static func listen(on connection: PostgresConnection) async throws {
        _ = try await connection.query(listenReady)
        _ = try await connection.query(listenCancelled)
        _ = try await connection.query(listenFenced)
    }
}
