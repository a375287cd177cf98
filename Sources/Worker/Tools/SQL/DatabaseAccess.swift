package import JobModel
import Postgres
import Synchronization
package import Workflow

/// Runs statements of workflows and models on a database that is not Chassis' own.
///
/// Each call has a connection of its own, which is closed behind it: advisory locks, settings and whatever else a
/// statement leaves in a session end there.
///
/// With `read` access the database itself enforces that nothing is written: the session's
/// `default_transaction_read_only` is on, the statement runs inside `BEGIN READ ONLY`, behind a first query so that
/// neither `SET TRANSACTION READ WRITE` nor `set_config('transaction_read_only', …)` is accepted any more, only as the
/// query of a cursor (so no `COMMIT`, `DO`, `COPY`, `SET`, `CALL`, `EXPLAIN`, and no `INSERT` inside `WITH`), alone in its
/// message (so no second statement behind a semicolon), and is rolled back.
///
/// A read-only transaction of Postgres does not keep out functions that reach beyond the tables. So the role must have
/// no right to the server's files and programs (`pg_read_file`, `lo_import`; superusers and members of
/// `pg_read_server_files` and its kin are refused here when a model writes the statement), to `dblink`, or to functions
/// in an untrusted language. What any role may do: end other sessions of its own (`pg_terminate_backend`), take
/// processor time, and write messages into the log of changes (`pg_logical_emit_message`); so give a connection a role
/// that nothing else uses. Large objects made by `lo_create` and notifications are undone by the rollback.
package struct DatabaseAccess: Database {
    /// Who wrote the statements.
    package enum Author: Sendable {
        /// A person, in the workflow file.
        case workflow
        /// A model, so the role must have no rights beyond SQL.
        case model
    }

    /// The name of the connection, for messages.
    package let name: String
    package let access: SQLAccess
    package let product = "PostgreSQL"
    /// The tables that statements may touch, each with or without its schema; nil leaves it to the role.
    let allowed: [String]?
    private let author: Author
    private let options: PostgresConnection.Options
    private let limits: DatabaseLimits
    private let places: AsyncCounter

    /// - Parameters:
    ///   - name: The name of the connection, for messages.
    ///   - conninfo: A libpq connection string or URL.
    ///   - tables: The tables that statements may touch, see `TableJudge`; nil, the default, leaves it to the role.
    ///   - maximumConnections: How many calls may run at once, by default 4; further ones wait.
    package init(
        name: String,
        conninfo: String,
        access: SQLAccess,
        author: Author,
        tables: [String]? = nil,
        limits: DatabaseLimits = DatabaseLimits(),
        maximumConnections: Int = 4
    ) {
        self.name = name
        allowed = tables
        self.access = access
        self.author = author
        self.limits = limits
        places = AsyncCounter(maximumConnections)
        options = PostgresConnection.Options(conninfo: conninfo, applicationName: "chassis-tool")
    }

    /// Runs one statement.
    ///
    /// Parameters are bound, never put into the text: null as NULL, strings, numbers and booleans in the form the
    /// statement's own types read, arrays and objects as JSON text. Cancellation cancels the statement in the server.
    ///
    /// - Throws: `PostgresError` when the database refuses the statement, `ToolsError.unreachable` when there is no way
    ///   to it, `.outcomeUnknown` when the connection broke on commit, `.roleTooPowerful`, `CutWrite`, `CancellationError`.
    package func run(_ sql: String, _ parameters: [JSONValue] = []) async throws -> DatabaseAnswer {
        try await run(sql, parameters, keptTo: allowed)
    }

    /// Runs one statement, kept to some tables or to none.
    func run(_ sql: String, _ parameters: [JSONValue], keptTo tables: [String]?) async throws -> DatabaseAnswer {
        // A person may have a role whose COPY goes to the server's files, and nothing over the connection.
        if author == .model, access == .write, StatementShape(sql) == .copy { throw Self.noCopy }
        return try await places.pass {
            let connection = try await connect()
            do {
                let values = parameters.map(PostgresParameter.init(json:))
                let answer = try await run(sql, values, keptTo: tables, on: connection)
                await connection.close()
                return answer
            } catch {
                await connection.close()
                throw translated(error)
            }
        }
    }

    private func run(
        _ sql: String,
        _ parameters: [PostgresParameter],
        keptTo tables: [String]?,
        on connection: PostgresConnection
    ) async throws -> DatabaseAnswer {
        try await checkRights(connection)
        var judge: TableJudge?
        if let tables { judge = try await TableJudge(tables, connection: name, on: connection) }
        try await begin(connection)
        try await judge?.admit(sql, on: connection)
        let answer: DatabaseAnswer
        do {
            answer = try await rows(of: sql, parameters, on: connection)
        } catch let error as PostgresError where judge != nil {
            throw TableJudge.masked(error)
        }
        try await judge?.check(connection)
        guard access == .write else { return answer }
        // Closing the connection rolls it back.
        if author == .workflow, let truncation = answer.truncation { throw CutWrite(truncation: truncation) }
        try await commit(connection)
        return answer
    }

    private func rows(
        of sql: String,
        _ parameters: [PostgresParameter],
        on connection: PostgresConnection
    ) async throws -> DatabaseAnswer {
        guard access == .write, StatementShape(sql) != .query else {
            return try await fetch(sql, parameters, on: connection)
        }
        return try await carryOut(sql, parameters, on: connection)
    }

    private func checkRights(_ connection: PostgresConnection) async throws {
        guard author == .model, try await connection.query(Self.rights).rows[0].bool("beyond_sql") else { return }
        throw ToolsError.roleTooPowerful(connection: name)
    }

    private func connect() async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(options)
        } catch let error as PostgresError {
            throw ToolsError.unreachable(connection: name, reason: error.debugDescription)
        }
    }

    /// Opens the transaction and takes its first snapshot: after that no statement can change its access mode.
    private func begin(_ connection: PostgresConnection) async throws {
        // Not as options of the connection string: a pooler would refuse them, and the string may have its own.
        try await connection.execute(
            """
            SET default_transaction_read_only = \(access == .read ? "on" : "off");
            SET idle_in_transaction_session_timeout = '1min';
            SET DateStyle = ISO; SET IntervalStyle = iso_8601; SET TimeZone = 'UTC'
            """
        )
        _ = try await connection.pipeline([
            (access == .read ? "BEGIN READ ONLY" : "BEGIN READ WRITE", []), ("SELECT 1", []),
        ])
    }

    private static let rights: PostgresStatement = """
        SELECT current_setting('is_superuser') = 'on'
            OR EXISTS (
                SELECT FROM pg_roles
                WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
                AND pg_has_role(oid, 'MEMBER')
            ) AS beyond_sql
        """

    /// The server counts each step's time anew, whatever the statement made of the setting meanwhile.
    private var timeLimit: (PostgresStatement, [PostgresParameter]) {
        (PostgresStatement(name: nil, sql: "SET LOCAL statement_timeout = \(limits.time.milliseconds)"), [])
    }

    private func fetch(
        _ sql: String,
        _ parameters: [PostgresParameter],
        on connection: PostgresConnection
    ) async throws -> DatabaseAnswer {
        let declaration = PostgresStatement(name: nil, sql: "DECLARE chassis_rows NO SCROLL CURSOR FOR \(sql)")
        _ = try await connection.pipeline([timeLimit, (declaration, parameters)])
        var rows = RowCollector(limits: limits)
        while !rows.isComplete {
            let fetch = PostgresStatement(name: nil, sql: "FETCH \(rows.nextBatch) FROM chassis_rows")
            rows.takeBatch(try await connection.pipeline([timeLimit, (fetch, [])])[1])
        }
        return rows.answer(affectedRows: 0)
    }

    private func carryOut(
        _ sql: String,
        _ parameters: [PostgresParameter],
        on connection: PostgresConnection
    ) async throws -> DatabaseAnswer {
        // No cursor carries such statements, so all of their rows come; what is behind a limit is dropped as it comes.
        let rows = Mutex(RowCollector(limits: limits))
        let statement = PostgresStatement(name: nil, sql: sql)
        let result = try await connection.pipeline([timeLimit, (statement, parameters)]) { row in
            rows.withLock { $0.take(row) }
        }[1]
        // Where there are no rows, it still has columns.
        return rows.withLock { rows in
            rows.take(result)
            return rows.answer(affectedRows: result.affectedRows)
        }
    }

    private func commit(_ connection: PostgresConnection) async throws {
        do {
            _ = try await connection.query("COMMIT")
        } catch let error as PostgresError where !error.isRefusal {
            throw ToolsError.outcomeUnknown(tool: name, reason: error.debugDescription)
        } catch is CancellationError {
            throw ToolsError.outcomeUnknown(tool: name, reason: "cancelled while it committed")
        }
    }

    /// Why no rows are copied over the connection.
    private static let noCopy = DatabaseRefusal(
        reason:
            "COPY from or to the client is not possible here; read with SELECT, and write with INSERT, also of several rows "
            + "at once or of what a SELECT gives"
    )

    private func translated(_ error: any Error) -> any Error {
        if case PostgresError.unsupportedReply = error { return Self.noCopy }
        guard let error = error as? PostgresError, !error.isRefusal else { return error }
        return ToolsError.unreachable(connection: name, reason: error.debugDescription)
    }
}

extension PostgresError {
    /// Whether the database understood and said no, rather than went away.
    ///
    /// 25006, for `isConnectionError` the sign of a standby, is here the refusal to write in a read-only transaction.
    fileprivate var isRefusal: Bool {
        if case .server("25006", _, _, _) = self { return true }
        return !isConnectionError
    }
}

extension PostgresParameter {
    fileprivate init(json: JSONValue) {
        self =
            switch json {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .double(value)
            case .string(let value): .text(value)
            case .array, .object: .json(json.text())
            }
    }
}
