/// What may be done over a database connection.
package enum SQLAccess: String, CaseIterable, Sendable {
    /// The statement runs in a read-only transaction.
    case read
    case write
}

/// A job that is one SQL statement.
package struct SQLDefinition: Equatable, Sendable {
    /// The name of the database's connection.
    package let connection: String
    /// The statement with its parameters.
    package let query: SQLQuery
    /// By default `read`.
    package let access: SQLAccess
    /// The most rows of the result, by default 1,000; a longer one is an error.
    package let maximumRows: Int
}
