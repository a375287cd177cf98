package import JobModel
package import Postgres
import Synchronization

/// The locks that say for which jobs this process has calls under way, although no attempt may be there any more.
///
/// They hang on one connection: with the process they end, and whoever waits for the calls waits no longer.
package actor CallLocks {
    private let options: PostgresConnection.Options
    private var connection: PostgresConnection?
    private var isBusy = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameter options: How the connection of its own is made.
    package init(_ options: PostgresConnection.Options) { self.options = options }

    /// Takes the lock of a job unless another process holds it; one that this process holds is taken once more.
    package func take(_ job: JobID) async throws -> Bool {
        try await query(Statement.lockCalls, job).rows[0].bool("is_locked")
    }

    /// Gives up the lock of a job, as often as it was taken.
    ///
    /// Where the connection was lost meanwhile, there is nothing to give up.
    package func giveUp(_ job: JobID) async throws {
        guard connection != nil else { return }
        _ = try await query(Statement.unlockCalls, job)
    }

    /// Closes the connection, and gives up all locks with it.
    package func close() async {
        await connection?.close()
        connection = nil
    }

    /// One query at a time: that is what a connection bears.
    private func query(_ statement: PostgresStatement, _ job: JobID) async throws -> PostgresResult {
        while isBusy { await withCheckedContinuation { waiters.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !waiters.isEmpty { waiters.removeFirst().resume() }
        }
        if let connection, await connection.isOpen {
            return try await connection.query(statement, [.integer(job.rawValue)])
        }
        let new = try await PostgresConnection.connect(options)
        connection = new
        return try await new.query(statement, [.integer(job.rawValue)])
    }
}
