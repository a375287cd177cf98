package import JobModel
package import Postgres

/// What one look for repairs found; it has ended the sessions that are dead.
package struct RepairLook: Equatable, Sendable {
    /// A session that the look changed.
    package struct Change: Equatable, Sendable {
        package let session: SessionID
        package let worker: String
        /// Why it was ended, or nil when its lock was found missing, or found again, just now.
        package let endReason: String?
    }

    package let sessions: [Change]
    /// Whether a session has ended within the last minute: only then are there jobs to take back, unless nobody looked for so long.
    package let hasEndedSessions: Bool
    /// Whether the time of a delayed or suspended job has come.
    package let hasDueJobs: Bool
    /// Whether a held job may be let through, or one is to be held.
    package let isNewsAtDoor: Bool

    /// Ends sessions whose lease ran out or whose process is gone, and looks for all else, in one statement.
    ///
    /// - Parameter grace: How long a lock may be missing before its process counts as gone.
    package static func take(
        grace: Duration,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> RepairLook {
        let rows = try await connection.query(
            Statement.lookForRepairs,
            [.integer(grace.wholeMicroseconds), .optional(now)]
        ).rows
        guard let first = rows.first else { throw StorageError.serverReadOnly }
        return RepairLook(
            sessions: try rows.compactMap { row in
                guard let session = try row.optionalInt64("session_id") else { return nil }
                return Change(
                    session: SessionID(rawValue: session),
                    worker: try row.string("worker"),
                    endReason: try row.optionalString("end_reason")
                )
            },
            hasEndedSessions: try first.bool("has_ended_sessions"),
            hasDueJobs: try first.bool("has_due_jobs"),
            isNewsAtDoor: try first.bool("is_news_at_door")
        )
    }
}
