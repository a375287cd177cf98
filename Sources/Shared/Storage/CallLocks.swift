package import JobModel
package import Postgres
import Synchronization

/// The locks that say for which jobs this process has calls under way, although no attempt may be there any more.
///
/// They hang on one connection: with the process they end, and whoever waits for the calls waits no longer.
package actor CallLocks {
    private struct Held {
        var users = 0
        /// How often the database counts it.
        var taken = 0
        var lastUse = ContinuousClock.now
        /// Whether somebody looks whether it is used.
        var isSwept = false
    }

    private let options: PostgresConnection.Options
    private var held: [JobID: Held] = [:]
    private var connection: PostgresConnection?
    private var isBusy = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameter options: How the connection of its own is made.
    package init(_ options: PostgresConnection.Options) { self.options = options }

    /// Takes the lock of a job unless another process holds it; one that this process holds is taken once more.
    package func take(_ job: JobID) async throws -> Bool {
        if isHeld(job), connection?.isOpen == true {
            held[job]?.users += 1
            return true
        }
        guard try await query(Statement.lockCalls, job).rows[0].bool("is_locked") else { return false }
        held[job, default: Held()].users += 1
        held[job]?.taken += 1
        return true
    }

    private func isHeld(_ job: JobID) -> Bool { (held[job]?.taken ?? 0) > 0 }

    /// Gives the lock of a job back, as often as it was taken.
    ///
    /// - Parameter keeps: Whether it is kept a moment for the next call; then `sweep` has to be asked about it.
    /// - Returns: Whether it is kept, and nobody was asked to sweep it yet.
    @discardableResult package func giveUp(_ job: JobID, keeps: Bool = false) async throws -> Bool {
        guard held[job] != nil else { return false }
        held[job]?.users -= 1
        held[job]?.lastUse = .now
        guard held[job]?.users == 0 else { return false }
        if keeps {
            defer { held[job]?.isSwept = true }
            return held[job]?.isSwept == false
        }
        try await release(job)
        return false
    }

    /// Gives up a lock that was kept and has not been used for a while.
    ///
    /// - Returns: Whether it is still held, and has to be swept again.
    package func sweep(_ job: JobID, unusedFor time: Duration) async throws -> Bool {
        guard let lock = held[job] else { return false }
        guard lock.users == 0, ContinuousClock.now - lock.lastUse >= time else { return true }
        try await release(job)
        return false
    }

    /// Gives up the lock of a job that nobody uses.
    package func release(_ job: JobID) async throws {
        guard let lock = held[job], lock.users == 0 else { return }
        held[job] = nil
        // Where the connection was lost meanwhile, there is nothing to give up.
        guard connection != nil else { return }
        for _ in 0..<lock.taken { _ = try await query(Statement.unlockCalls, job) }
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
        if let connection, connection.isOpen {
            return try await connection.query(statement, [.integer(job.rawValue)])
        }
        let new = try await PostgresConnection.connect(options)
        // The locks went with the old one.
        for job in held.keys { held[job]?.taken = 0 }
        connection = new
        return try await new.query(statement, [.integer(job.rawValue)])
    }
}
