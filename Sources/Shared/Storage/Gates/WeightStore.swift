package import Postgres

/// How many jobs of each team go in each turn of its queues: 1, where nothing else was set.
///
/// A weight counts for runs that start after it was set.
package struct WeightStore: Sendable {
    /// The weight of one team.
    package struct Entry: Equatable, Sendable {
        package let team: String
        package let weight: Int
    }

    package static let maximumWeight = 100

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// - Precondition: `weight` is 1 to `maximumWeight`.
    package func set(_ weight: Int, of team: String, noting note: AuditNote? = nil) async throws {
        precondition((1...Self.maximumWeight).contains(weight), "a weight is 1 to 100, got \(weight)")
        try await pool.transaction { connection in
            _ = try await connection.query(Statement.setTeamWeight, [.text(team), .integer(weight)])
            try await note?.add(on: connection)
        }
    }

    /// - Returns: False when none was set.
    package func remove(_ team: String, noting note: AuditNote? = nil) async throws -> Bool {
        try await pool.transaction { connection in
            let removed = try await connection.query(Statement.removeTeamWeight, [.text(team)])
            guard !removed.rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
    }

    package func all() async throws -> [Entry] {
        try await pool.query(Statement.listTeamWeights).rows.map { row in
            Entry(team: try row.string("team"), weight: try row.int("weight"))
        }
    }
}
