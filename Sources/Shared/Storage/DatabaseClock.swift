package import Postgres

/// The clock that decides what is due: the database's.
package struct DatabaseClock: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// What time it is now.
    package func now(_ now: String? = nil) async throws -> Timestamp {
        try await pool.query(Statement.readClock, [.optional(now)]).rows[0].timestamp("now_us")
    }
}
