package import Postgres

/// The role a connection works as.
package enum ServerRole {
    /// Whether it can leave SQL, by the server's files or programs; models may write no statements as such a role.
    package static func isBeyondSQL(on connection: PostgresConnection) async throws -> Bool {
        try await connection.query(Statement.checkRights).rows[0].bool("beyond_sql")
    }
}
