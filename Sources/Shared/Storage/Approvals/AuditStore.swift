package import JobModel
package import Postgres

/// What people did: who, what, on what, when, and why.
///
/// It is only ever added to.
package struct AuditStore: Sendable {
    /// The most entries of one answer.
    package static let maximumEntries = 1000

    /// One thing that somebody did.
    package struct Entry: Equatable, Sendable {
        package let number: Int64
        package let at: Timestamp
        package let note: AuditNote
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Notes what somebody did, where that is no change of the database's.
    package func add(_ note: AuditNote, now: String? = nil) async throws {
        _ = try await pool.query(Statement.addAudit, note.parameters(now))
    }

    /// What was done, newest first.
    ///
    /// - Parameter before: Only entries with smaller numbers.
    package func entries(run: RunID? = nil, before: Int64? = nil, limit: Int = 100) async throws -> [Entry] {
        let result = try await pool.query(
            Statement.listAudit,
            [.optional(run?.rawValue), .optional(before), .integer(min(max(limit, 1), Self.maximumEntries))]
        )
        return try result.rows.map { row in
            Entry(
                number: try row.int64("audit_id"),
                at: try row.timestamp("at_us"),
                note: AuditNote(
                    actor: try row.string("actor"),
                    action: try row.string("action"),
                    subject: try row.string("subject"),
                    run: try row.optionalInt64("run_id").map(RunID.init(rawValue:)),
                    reason: try row.optionalString("reason"),
                    detail: try row.optionalJSON("detail")
                )
            )
        }
    }
}
