package import JobModel

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
    /// What repeating the statement does; by default `none` for `read` and `idempotent` for `write`.
    package let effect: Effect
    /// What becomes of the job when its effect is once and the statement's outcome is unknown.
    package let unknown: UnknownPolicy
}
