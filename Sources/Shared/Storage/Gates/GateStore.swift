package import Postgres

/// The door that held jobs pass, one look at a time.
package struct GateStore: Sendable {
    /// How many jobs one look makes pending or files at most, so that it stays short.
    package static let mostLooks = 500

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Makes held jobs pending whose gates are open.
    ///
    /// Any number of processes may do it: each waits for its turn.
    ///
    /// - Returns: The queues that got pending jobs, once for each job; notify them.
    package func admit(limit: Int = mostLooks, now: String? = nil) async throws -> [String] {
        let result = try await pool.query(Statement.admitJobs, [.integer(limit), .optional(now)])
        return try result.rows.map { try $0.string("queue") }
    }

    /// Takes back permits that nobody holds any more; their gates are looked at by the next `admit`.
    ///
    /// - Returns: How many there were; none while all goes well.
    @discardableResult
    package func sweep(now: String? = nil) async throws -> Int {
        let result = try await pool.query(Statement.sweepPermits, [.optional(now)])
        return try result.rows.first?.int("stale") ?? 0
    }
}
