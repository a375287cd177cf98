import CSQLite
import JobModel
import Workflow

/// Owns one open file of SQLite, for one statement on one thread.
struct SQLiteSession: ~Copyable {
    /// How many steps of its machine SQLite makes between two looks at the time.
    private static let stepsBetweenLooks: Int32 = 1000
    /// The longest text, blob or row, in bytes.
    private static let longestValue: Int32 = 16 << 20

    private let database: OpaquePointer
    private let authorizer: SQLiteAuthorizer
    private let stop: SQLiteStop
    private let access: SQLAccess
    private let author: DatabaseAccess.Author
    private let limits: DatabaseLimits

    init(
        _ path: String,
        _ access: SQLAccess,
        author: DatabaseAccess.Author,
        tables: [String]?,
        limits: DatabaseLimits,
        stop: SQLiteStop
    ) throws(SQLiteError) {
        var pointer: OpaquePointer?
        let flags = (access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &pointer, flags, nil)
        guard status == SQLITE_OK, let pointer else {
            sqlite3_close_v2(pointer)
            throw .cannotOpen("\(path): \(String(cString: sqlite3_errstr(status)))")
        }
        database = pointer
        authorizer = SQLiteAuthorizer(mayWrite: access == .write, tables: tables)
        self.stop = stop
        self.access = access
        self.author = author
        self.limits = limits
    }

    deinit { sqlite3_close_v2(database) }

    /// Sets what holds for every statement, and takes the first look at the file.
    func prepare() throws(SQLiteError) {
        sqlite3_limit(database, SQLITE_LIMIT_LENGTH, Self.longestValue)
        sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0)
        _ = chassis_sqlite_configure(database, SQLITE_DBCONFIG_DEFENSIVE, 1)
        _ = chassis_sqlite_configure(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        _ = chassis_sqlite_configure(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
        // Both outlive the calls: the session holds the objects, and closes the file first.
        let stop = Unmanaged.passUnretained(stop).toOpaque()
        sqlite3_progress_handler(
            database,
            Self.stepsBetweenLooks,
            { stop in
                guard let stop else { return 1 }
                return Unmanaged<SQLiteStop>.fromOpaque(stop).takeUnretainedValue().mustEnd ? 1 : 0
            },
            stop
        )
        sqlite3_busy_handler(
            database,
            { stop, _ in
                sqlite3_sleep(10)
                guard let stop else { return 0 }
                return Unmanaged<SQLiteStop>.fromOpaque(stop).takeUnretainedValue().mustEnd ? 0 : 1
            },
            stop
        )
        if access == .read { _ = try rows("PRAGMA query_only = ON", isOurs: true) }
        let names: DatabaseAnswer
        do throws(SQLiteError) {
            names = try rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')", isOurs: true)
        } catch .refused(let reason) {
            // The first look at the file: it is no database, or cannot be read.
            throw .cannotOpen(reason)
        }
        // SQLite makes these tables when they are first named, which the authorizer would take for a change.
        _ = try rows("SELECT 1 FROM json_each('[]'), json_tree('[]')", isOurs: true)
        authorizer.know(names.rows.compactMap { $0["name"]?.stringValue })
    }

    // MARK: Running

    /// Runs one statement of somebody else, under the authorizer.
    func run(_ sql: String, _ parameters: [JSONValue]) throws(SQLiteError) -> DatabaseAnswer {
        if access == .write { _ = try rows("BEGIN IMMEDIATE", isOurs: true) }
        sqlite3_set_authorizer(
            database,
            { context, action, first, second, database, _ in
                guard let context else { return SQLITE_DENY }
                let authorizer = Unmanaged<SQLiteAuthorizer>.fromOpaque(context).takeUnretainedValue()
                func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
                let isAllowed = authorizer.judge(action, text(first), text(second), database: text(database))
                return isAllowed ? SQLITE_OK : SQLITE_DENY
            },
            Unmanaged.passUnretained(authorizer).toOpaque()
        )
        do throws(SQLiteError) {
            let answer = try rows(sql, parameters)
            sqlite3_set_authorizer(database, nil, nil)
            guard access == .write else { return answer }
            // Closing the file rolls it back.
            if author == .workflow, let truncation = answer.truncation { throw .cut(truncation) }
            _ = try rows("COMMIT", isOurs: true)
            return answer
        } catch {
            sqlite3_set_authorizer(database, nil, nil)
            throw authorizer.objection.map { .refused($0) } ?? error
        }
    }

    /// Runs a statement of our own, and leaves out the rows about tables that are not allowed.
    func catalog(
        _ sql: String,
        _ parameters: [JSONValue] = [],
        keptTo column: String
    ) throws(SQLiteError) -> DatabaseAnswer {
        let answer = try rows(sql, parameters)
        let allowed = answer.rows.filter { authorizer.allows($0[column]?.stringValue ?? "") }
        return DatabaseAnswer(columns: answer.columns, rows: allowed, affectedRows: 0, truncation: answer.truncation)
    }

    private func rows(
        _ sql: String,
        _ parameters: [JSONValue] = [],
        isOurs: Bool = false
    ) throws(SQLiteError) -> DatabaseAnswer {
        let statement = try SQLiteStatement(sql, database)
        if access == .read, !isOurs, !statement.isReadOnly { throw .refused("the connection may only read") }
        try statement.bind(parameters)
        var collector = SQLiteRows(columns: statement.columns, limits: isOurs ? nil : limits)
        while true {
            switch statement.step() {
            case SQLITE_ROW:
                if collector.truncation == nil { collector.take(statement) }
                // How much a write changed is known behind its last row only.
                if collector.truncation != nil, statement.isReadOnly { return collector.answer(affectedRows: 0) }
            case SQLITE_DONE: return collector.answer(affectedRows: statement.isReadOnly ? 0 : changes)
            case SQLITE_BUSY, SQLITE_LOCKED: throw .busy
            default: throw .refused(String(cString: sqlite3_errmsg(database)))
            }
        }
    }

    private var changes: Int { Int(sqlite3_changes64(database)) }
}
