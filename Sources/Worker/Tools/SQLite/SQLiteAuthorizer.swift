import CSQLite

/// Says yes or no to each thing a statement would do, when SQLite analyses it and before it runs.
///
/// Who the innermost view is, which SQLite tells too, decides nothing: a `WITH` may take a view's name.
final class SQLiteAuthorizer {
    private let mayWrite: Bool
    /// In lower case; nil allows all.
    private let tables: Set<String>?
    /// The tables and views that there are, in lower case: other names in a statement are those of its own `WITH`.
    private var known: Set<String> = []
    private(set) var objection: String?

    /// Table-valued functions that read nothing but their arguments.
    private static let harmless: Set<String> = ["json_each", "json_tree"]
    private static let refusedFunctions: Set<String> = [
        "load_extension", "fts3_tokenizer", "edit", "writefile", "readfile",
    ]

    init(mayWrite: Bool, tables: [String]?) {
        self.mayWrite = mayWrite
        self.tables = tables.map { Set($0.map { $0.lowercased() }) }
    }

    /// Whether a table or view may be touched.
    func allows(_ table: String) -> Bool { tables?.contains(table.lowercased()) ?? true }

    func know(_ names: [String]) { known = Set(names.map { $0.lowercased() }) }

    /// SQLite's question.
    ///
    /// - Parameters:
    ///   - first: The table, for reading and writing; nothing, or something else, for the rest.
    ///   - second: The column or the function.
    func judge(_ action: Int32, _ first: String, _ second: String, database: String) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return true
        case SQLITE_FUNCTION:
            if !Self.refusedFunctions.contains(second.lowercased()) { return true }
            return object("the function \(second) is not allowed")
        case SQLITE_READ: return judgeReading(first, column: second)
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
            guard mayWrite else { return object("the connection may only read") }
            return allows(first) || first.lowercased().hasPrefix("sqlite_") && tables == nil
                || object("the statement writes \(first), which is none of the tables allowed")
        case SQLITE_ATTACH, SQLITE_DETACH: return object("ATTACH is not allowed")
        case SQLITE_PRAGMA: return object("PRAGMA is not allowed")
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
            return object("a statement runs in a transaction of its own; BEGIN, COMMIT and SAVEPOINT are not allowed")
        default:
            // Tables made and dropped, triggers, views, ANALYZE, REINDEX.
            guard mayWrite else { return object("the connection may only read") }
            return tables == nil || object("the statement changes the schema, and the connection's tables are limited")
        }
    }

    private func judgeReading(_ table: String, column: String) -> Bool {
        let name = table.lowercased()
        if allows(name) || Self.harmless.contains(name) { return true }
        // Without a column the name may be that of a WITH.
        if column.isEmpty, !known.contains(name), !name.hasPrefix("sqlite_"), !name.hasPrefix("pragma_") { return true }
        return object("the statement reads \(table), which is none of the tables allowed")
    }

    private func object(_ reason: String) -> Bool {
        if objection == nil { objection = reason }
        return false
    }
}
