package import JobModel
package import Postgres

/// What somebody does, for the audit log.
///
/// It is written in the transaction of the act itself: whoever is killed has done both or neither.
package struct AuditNote: Equatable, Sendable {
    package let actor: String
    package let action: String
    package let subject: String
    package let run: RunID?
    package let reason: String?
    package let detail: JSONValue?

    package init(
        actor: String,
        action: String,
        subject: String,
        run: RunID? = nil,
        reason: String? = nil,
        detail: JSONValue? = nil
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.run = run
        self.reason = reason
        self.detail = detail
    }

    /// Writes it, within a transaction of the caller's.
    package func add(on connection: PostgresConnection, now: String? = nil) async throws {
        _ = try await connection.query(Statement.addAudit, parameters(now))
    }

    func parameters(_ now: String?) -> [PostgresParameter] {
        [
            .text(actor.withoutNull), .text(action), .text(subject.withoutNull), .optional(run?.rawValue),
            .optional(reason?.withoutNull), .optional(detail?.text()), .optional(now),
        ]
    }
}
