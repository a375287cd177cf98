package import JobModel
package import Workflow

/// A database that is not Chassis' own, for the statements of workflows and models.
package protocol Database: Sendable {
    /// The name of the connection, for messages.
    var name: String { get }
    /// What may be done there.
    var access: SQLAccess { get }
    /// What a model is told it is, such as `PostgreSQL`.
    var product: String { get }

    /// Runs one statement.
    ///
    /// Parameters are bound to `$1`, `$2`, …, never put into the text. Cancellation ends the statement.
    ///
    /// - Throws: `DatabaseRefusal` or `PostgresError` when the database refuses the statement, `ToolsError`,
    ///   `CancellationError`.
    func run(_ sql: String, _ parameters: [JSONValue]) async throws -> DatabaseAnswer

    /// The tables and views that statements may read.
    func tables() async throws -> DatabaseAnswer

    /// The columns of one table or view; no rows when there is no such table, or when it may not be read.
    func columns(ofTable table: String, inSchema schema: String?) async throws -> DatabaseAnswer
}

/// Why a database did not run a statement, or not to its end; safe to show to a model.
package struct DatabaseRefusal: Error, Equatable, CustomStringConvertible {
    /// What was wrong and, where it helps, what is allowed.
    package let reason: String
    /// Whether the same statement may succeed when it is sent again.
    package var isTransient = false

    package var description: String { reason }
}
