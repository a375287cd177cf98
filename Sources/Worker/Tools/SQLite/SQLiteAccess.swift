package import JobModel
import Postgres
import Synchronization
import Threads
package import Workflow

/// Runs statements of workflows and models on a file of SQLite.
///
/// Each call opens the file anew, on a thread of its own, and closes it behind it. With `read` access the file is opened
/// read-only, `query_only` is on, and SQLite's own authorizer refuses whatever is no reading. `tables` are kept to by the
/// authorizer too, which SQLite asks for every table and view that a statement reads or writes, those inside views and
/// triggers too. `ATTACH`, `PRAGMA`, transactions and functions that load code are refused always.
package struct SQLiteAccess: Database {
    package let name: String
    package let access: SQLAccess
    package let product = "SQLite"
    private let path: String
    private let author: DatabaseAccess.Author
    private let tables: [String]?
    private let limits: DatabaseLimits
    private let places: AsyncCounter

    /// - Parameters:
    ///   - name: The name of the connection, for messages.
    ///   - path: The file; it is not made when it is missing.
    ///   - tables: The tables and views that statements may touch; nil, the default, allows all.
    ///   - maximumConnections: How many calls may run at once, by default 4; further ones wait.
    package init(
        name: String,
        path: String,
        access: SQLAccess,
        author: DatabaseAccess.Author,
        tables: [String]? = nil,
        limits: DatabaseLimits = DatabaseLimits(),
        maximumConnections: Int = 4
    ) {
        self.name = name
        self.path = path
        self.access = access
        self.author = author
        self.tables = tables
        self.limits = limits
        places = AsyncCounter(maximumConnections)
    }

    package func run(_ sql: String, _ parameters: [JSONValue] = []) async throws -> DatabaseAnswer {
        try await onThread { session throws(SQLiteError) in try session.run(sql, parameters) }
    }

    package func tables() async throws -> DatabaseAnswer {
        try await onThread { session throws(SQLiteError) in
            try session.catalog(
                """
                SELECT name, type AS kind FROM sqlite_schema
                WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
                """,
                keptTo: "name"
            )
        }
    }

    package func columns(ofTable table: String, inSchema schema: String?) async throws -> DatabaseAnswer {
        guard schema == nil || schema?.lowercased() == "main" else {
            return DatabaseAnswer(columns: [], rows: [], affectedRows: 0, truncation: nil)
        }
        return try await onThread { session throws(SQLiteError) in
            try session.catalog(
                """
                SELECT $1 AS "table", name, type, "notnull" = 0 AS nullable, dflt_value AS "default", pk > 0 AS primary_key
                FROM pragma_table_info($1) ORDER BY cid
                """,
                [.string(table)],
                keptTo: "table"
            )
        }
    }

    /// Runs `body` with an open file, on a thread of its own.
    private func onThread(
        _ body: @escaping @Sendable (borrowing SQLiteSession) throws(SQLiteError) -> DatabaseAnswer
    ) async throws -> DatabaseAnswer {
        try await places.pass {
            try Task.checkCancellation()
            let stop = SQLiteStop(after: limits.time)
            let answer = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    PlainThread.start(named: "chassis-sqlite") {
                        let result: Result<DatabaseAnswer, SQLiteError>
                        do throws(SQLiteError) {
                            let session = try SQLiteSession(
                                path,
                                access,
                                author: author,
                                tables: tables,
                                limits: limits,
                                stop: stop
                            )
                            try session.prepare()
                            result = .success(try body(session))
                        } catch {
                            result = .failure(error)
                        }
                        continuation.resume(returning: result)
                    }
                }
            } onCancel: {
                stop.cancel()
            }
            return try value(of: answer, stop)
        }
    }

    private func value(of answer: Result<DatabaseAnswer, SQLiteError>, _ stop: SQLiteStop) throws -> DatabaseAnswer {
        switch answer {
        case .success(let answer): return answer
        case .failure where stop.isCancelled: throw CancellationError()
        case .failure(.cannotOpen(let reason)): throw ToolsError.unreachable(connection: name, reason: reason)
        case .failure(.refused(let reason)):
            throw DatabaseRefusal(reason: stop.isOver ? "the statement was ended at its time limit" : reason)
        case .failure(.busy):
            throw DatabaseRefusal(reason: "the database is locked by another program", isTransient: true)
        case .failure(.cut(let truncation)): throw CutWrite(truncation: truncation)
        }
    }
}
