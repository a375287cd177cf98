package import JobModel
package import Postgres

/// The locks that say for which jobs this process has calls under way, although no attempt may be there any more.
///
/// They hang on one connection: with the process they end, and whoever waits for the calls waits no longer. Where that
/// connection is lost and the process lives, `keep` takes them again.
package actor CallLocks {
    private struct Held {
        var users = 0
        /// Whether the database knows of it, unless the connection was lost since.
        var isTaken = false
        var lastUse = ContinuousClock.now
        /// Whether somebody looks whether it is used.
        var isSwept = false
    }

    /// How long it is waited before locks are tried once more that could not be taken again: at first, and at most.
    private static let pauses = (first: Duration.milliseconds(20), longest: Duration.milliseconds(200))

    private let options: PostgresConnection.Options
    private var held: [JobID: Held] = [:]
    private var connection: PostgresConnection?
    /// The connections, as they are made.
    private let connections: AsyncStream<PostgresConnection>
    private let connected: AsyncStream<PostgresConnection>.Continuation
    private var isBusy = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameter options: How the connection of its own is made.
    package init(_ options: PostgresConnection.Options) {
        self.options = options
        (connections, connected) = AsyncStream.makeStream(
            of: PostgresConnection.self,
            bufferingPolicy: .bufferingNewest(1)
        )
    }

    // MARK: Taking

    /// Takes the lock of a job unless another process holds it; one that this process holds is taken once more.
    package func take(_ job: JobID) async throws -> Bool {
        if isHeld(job) {
            held[job]?.users += 1
            return true
        }
        return try await inTurn {
            guard try await lock(job) else { return false }
            held[job, default: Held()].isTaken = true
            held[job, default: Held()].users += 1
            return true
        }
    }

    /// Whether no other process holds the lock of a job.
    package func isFree(_ job: JobID) async throws -> Bool {
        if isHeld(job) { return true }
        return try await inTurn { try await query(Statement.probeCalls, job).rows[0].bool("is_free") }
    }

    private func isHeld(_ job: JobID) -> Bool { held[job]?.isTaken == true && connection?.isOpen == true }

    // MARK: Giving up

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
        guard lock.isTaken, let holder = connection else { return }
        try await inTurn {
            // Where the connection was lost meanwhile, there is nothing to give up.
            guard holder === connection, holder.isOpen else { return }
            _ = try await query(Statement.unlockCalls, job)
        }
    }

    /// Closes the connection, and gives up all locks with it.
    package func close() async {
        await connection?.close()
        connection = nil
    }

    // MARK: Keeping

    /// Takes the locks of calls under way again when their connection is lost, until its task is cancelled.
    ///
    /// Nobody else would notice before the next call, and whoever waits for the calls would take them for ended.
    package func keep() async {
        for await connection in connections {
            await takeLostAgain()
            // It tells nothing, and ends with the connection.
            for await _ in connection.notifications {}
            await takeLostAgain()
        }
    }

    private func takeLostAgain() async {
        var pause = Self.pauses.first
        while !Task.isCancelled {
            let lost = held.keys.filter { (held[$0]?.users ?? 0) > 0 && !isHeld($0) }
            guard !lost.isEmpty else { return }
            // Where the database is away, or somebody else has the lock in this moment, it is tried once more.
            for job in lost { try? await takeAgain(job) }
            try? await ContinuousClock().sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func takeAgain(_ job: JobID) async throws {
        try await inTurn {
            guard (held[job]?.users ?? 0) > 0, try await lock(job) else { return }
            if held[job] == nil {
                // The last call has ended meanwhile.
                _ = try await query(Statement.unlockCalls, job)
            } else {
                held[job]?.isTaken = true
            }
        }
    }

    // MARK: The connection

    /// Whether the lock of a job is there, now or already; to be asked within a turn.
    private func lock(_ job: JobID) async throws -> Bool {
        if isHeld(job) { return true }
        return try await query(Statement.lockCalls, job).rows[0].bool("is_locked")
    }

    /// One query at a time: that is what a connection bears.
    private func inTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        while isBusy { await withCheckedContinuation { waiters.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !waiters.isEmpty { waiters.removeFirst().resume() }
        }
        return try await body()
    }

    /// To be asked within a turn.
    private func query(_ statement: PostgresStatement, _ job: JobID) async throws -> PostgresResult {
        if let connection, connection.isOpen {
            return try await connection.query(statement, [.integer(job.rawValue)])
        }
        let new = try await PostgresConnection.connect(options)
        // The locks went with the old one.
        for job in held.keys { held[job]?.isTaken = false }
        connection = new
        connected.yield(new)
        return try await new.query(statement, [.integer(job.rawValue)])
    }
}
