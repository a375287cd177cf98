import JobModel
import Postgres

/// Keeps the statements of one session to the tables that a connection's user allows.
///
/// The server is asked, not the text: it locks every table, view and sequence that a statement touches, those inside
/// views and functions too, and keeps the locks until the transaction ends. So the statement is analysed first, by
/// `PREPARE`, which plans and runs nothing; what it locked must be allowed. What was locked while it ran is looked at
/// once more before its rows are handed out or its changes are committed. A view counts as itself and what it reads.
///
/// Between the two looks a function may raise an error whose words hold what it read; so those words are not shown.
///
/// What cannot be judged is refused: statements that `PREPARE` does not take, and roles that may call `dblink` or
/// functions in an untrusted language, which reach around the locks. A function of a trusted language that reads a table
/// and then swallows an error of its own gives that table's lock back unseen: whoever writes such a function decides
/// what it shows.
struct TableJudge {
    /// The server's numbers of the allowed tables, their parts, indexes and own sequences.
    private let allowed: PostgresParameter
    private let names: [String]

    /// Resolves the names; outside of the statement's transaction, since this locks the catalog's tables.
    init(_ names: [String], connection name: String, on connection: PostgresConnection) async throws {
        let reachesBeyond = try await connection.query(Self.reachesBeyondTables)
        guard try !reachesBeyond.rows[0].bool("beyond") else {
            throw DatabaseRefusal(
                reason: "the role of connection \(name) may call dblink or functions in an untrusted language, so its "
                    + "statements cannot be kept to the tables \(names.joined(separator: ", ")); revoke those functions"
            )
        }
        let found = try await connection.query(Self.numbers, [.array(names)])
        allowed = .array(try found.rows.map { try $0.int64("oid") })
        self.names = names
    }

    /// Looks at what a statement touches, before it is planned or run.
    func admit(_ sql: String, on connection: PostgresConnection) async throws {
        _ = try await connection.query(PostgresStatement(name: nil, sql: "PREPARE chassis_judged AS \(sql)"))
        try await check(connection)
    }

    /// Looks at what the transaction has touched until now.
    ///
    /// - Throws: `DatabaseRefusal` that names what is not allowed.
    func check(_ connection: PostgresConnection) async throws {
        let touched = try await connection.query(Self.touched, [allowed])
        guard !touched.rows.isEmpty else { return }
        let others = try touched.rows.prefix(5).map { try $0.string("name") }.joined(separator: ", ")
        throw DatabaseRefusal(
            reason:
                "the statement touches \(others); allowed are \(names.joined(separator: ", ")), and views that read "
                + "nothing else"
        )
    }

    /// What is shown of an error that came up while a judged statement ran.
    static func masked(_ error: PostgresError) -> any Error {
        guard case .server(let sqlState, _, _, _) = error, !error.isConnectionError || sqlState == "25006" else {
            return error
        }
        let reason =
            switch sqlState {
            case "57014": "the statement was ended at its time limit"
            case "25006": "the statement writes, and may only read"
            default:
                "the statement failed while it ran, SQLSTATE \(sqlState); the server's words are not shown, since they "
                    + "could hold what other tables hold"
            }
        return DatabaseRefusal(reason: reason, isTransient: error.isTransient)
    }

    private static let numbers: PostgresStatement = """
        WITH RECURSIVE part AS (
            SELECT to_regclass(
                array_to_string(ARRAY(SELECT quote_ident(n) FROM unnest(string_to_array(name, '.')) AS n), '.')
            )::oid AS oid
            FROM unnest($1::text[]) AS name
            UNION
            SELECT i.inhrelid FROM pg_inherits AS i JOIN part AS p ON i.inhparent = p.oid
        )
        SELECT oid::bigint AS oid FROM part WHERE oid IS NOT NULL
        UNION
        SELECT i.indexrelid::bigint FROM pg_index AS i JOIN part AS p ON i.indrelid = p.oid
        UNION
        SELECT d.objid::bigint FROM pg_depend AS d JOIN part AS p ON d.refobjid = p.oid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        """

    /// Functions alone, no tables: what is asked must not lock anything itself.
    private static let touched: PostgresStatement = """
        SELECT DISTINCT l.relation::regclass::text AS name
        FROM pg_lock_status() AS l
        WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND NOT l.relation = ANY ($1::oid[])
            AND l.relation::regclass::text NOT LIKE 'pg_toast.%'
        ORDER BY 1
        """

    private static let reachesBeyondTables: PostgresStatement = """
        SELECT EXISTS (
            SELECT FROM pg_proc AS p
            JOIN pg_language AS l ON l.oid = p.prolang
            JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname <> 'pg_catalog'
                AND (l.lanname NOT IN ('internal', 'c') AND NOT l.lanpltrusted OR l.lanname = 'c' AND p.proname LIKE 'dblink%')
                AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
        ) AS beyond
        """
}
