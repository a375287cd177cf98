package import JobModel
package import Postgres

/// What is to be told to others, at least once each.
package struct OutboxStore: Sendable {
    /// A message that is due.
    package struct Message: Equatable, Sendable {
        /// The same for each try, and for no other message.
        package let id: Int64
        /// Such as `approval.asked`.
        package let event: String
        package let body: JSONValue
        /// Counted from 1.
        package let tries: Int
        package let createdAt: Timestamp
        /// When it was taken to be told now.
        package let takenAt: Timestamp
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Takes messages that are due; each is due again after a while unless it is forgotten.
    package func take(limit: Int, now: String? = nil) async throws -> [Message] {
        let result = try await pool.query(Statement.takeOutbox, [.integer(limit), .optional(now)])
        return try result.rows.map { row in
            Message(
                id: try row.int64("message_id"),
                event: try row.string("event"),
                body: try row.json("body"),
                tries: try row.int("tries"),
                createdAt: try row.timestamp("created_us"),
                takenAt: try row.timestamp("taken_us")
            )
        }.sorted { $0.id < $1.id }
    }

    /// Takes messages out that were told.
    ///
    /// - Returns: How many there were.
    package func forget(_ messages: [Int64]) async throws -> Int {
        try await pool.query(Statement.forgetOutbox, [.array(messages)]).rows.count
    }

    /// Takes messages out that nobody could be told in so long a time, the oldest first.
    ///
    /// - Returns: How many there were.
    package func expire(olderThan age: Duration, limit: Int, now: String? = nil) async throws -> Int {
        let result = try await pool.query(
            Statement.expireOutbox,
            [.integer(age.wholeMicroseconds), .integer(limit), .optional(now)]
        )
        return result.rows.count
    }

    /// Notes why a message could not be told.
    package func note(_ message: Int64, error: String) async throws {
        _ = try await pool.query(Statement.noteOutbox, [.integer(message), .text(error.withoutNull)])
    }
}
