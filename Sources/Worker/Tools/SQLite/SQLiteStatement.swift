import CSQLite
import Glibc
import JobModel

/// Owns one analysed statement of SQLite.
struct SQLiteStatement: ~Copyable {
    private let pointer: OpaquePointer
    private let database: OpaquePointer

    init(_ sql: String, _ database: OpaquePointer) throws(SQLiteError) {
        var statement: OpaquePointer?
        var isAlone = true
        let status = sql.withCString { text in
            var rest: UnsafePointer<CChar>?
            let status = sqlite3_prepare_v2(database, text, -1, &statement, &rest)
            if let rest { isAlone = Self.isBlank(rest) }
            return status
        }
        guard status == SQLITE_OK else {
            throw status == SQLITE_BUSY ? .busy : .refused(String(cString: sqlite3_errmsg(database)))
        }
        guard let statement else { throw .refused("there is no statement in the text") }
        guard isAlone, !sql.utf8.contains(0) else {
            sqlite3_finalize(statement)
            throw .refused("more than one statement; send them one by one")
        }
        pointer = statement
        self.database = database
    }

    deinit { sqlite3_finalize(pointer) }

    /// Whether only white space and semicolons follow.
    private static func isBlank(_ text: UnsafePointer<CChar>) -> Bool {
        String(cString: text).allSatisfy { $0.isWhitespace || $0 == ";" }
    }

    var isReadOnly: Bool { sqlite3_stmt_readonly(pointer) != 0 }

    var columns: [String] {
        (0..<sqlite3_column_count(pointer)).map { place in
            sqlite3_column_name(pointer, place).map { String(cString: $0) } ?? "column_\(place + 1)"
        }
    }

    func step() -> Int32 { sqlite3_step(pointer) }

    /// Binds the n-th value to `$n` or `?n`, or to the n-th `?`.
    func bind(_ values: [JSONValue]) throws(SQLiteError) {
        for place in stride(from: 1, through: sqlite3_bind_parameter_count(pointer), by: 1) {
            let name = sqlite3_bind_parameter_name(pointer, place).map { String(cString: $0) }
            guard let number = name.map({ Int($0.dropFirst()) }) ?? Int(place) else {
                throw .refused("the parameter \(name ?? "") has no number; write $1, $2, …")
            }
            guard values.indices.contains(number - 1) else { throw .refused("there is no value for $\(number)") }
            let status = bind(values[number - 1], at: place)
            guard status == SQLITE_OK else { throw .refused(String(cString: sqlite3_errstr(status))) }
        }
    }

    private func bind(_ value: JSONValue, at place: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(pointer, place)
        case .bool(let value): sqlite3_bind_int64(pointer, place, value ? 1 : 0)
        case .integer(let value): sqlite3_bind_int64(pointer, place, value)
        case .number(let value): sqlite3_bind_double(pointer, place, value)
        case .string(let text): bind(text, at: place)
        case .array, .object: bind(value.text(), at: place)
        }
    }

    private func bind(_ text: String, at place: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty text has no address, and without one SQLite would bind NULL.
                guard let start = characters.baseAddress, !characters.isEmpty else {
                    return chassis_sqlite_bind_text(pointer, place, "", 0)
                }
                return chassis_sqlite_bind_text(pointer, place, start, Int32(clamping: characters.count))
            }
        }
    }

    /// A value of the present row; a blob as `\x` and hexadecimal digits, as PostgreSQL writes it.
    func value(at place: Int32) -> JSONValue {
        switch sqlite3_column_type(pointer, place) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, place))
        case SQLITE_FLOAT:
            let value = sqlite3_column_double(pointer, place)
            return value.isFinite ? .number(value) : .string("\(value)")
        case SQLITE_TEXT: return .string(String(decoding: bytes(at: place), as: UTF8.self))
        case SQLITE_BLOB:
            let digits = Array("0123456789abcdef".utf8)
            let hexadecimal = bytes(at: place).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            return .string("\\x" + String(decoding: hexadecimal, as: UTF8.self))
        default: return .null
        }
    }

    /// How many bytes a value takes as text.
    func size(at place: Int32) -> Int {
        switch sqlite3_column_type(pointer, place) {
        case SQLITE_NULL: 0
        case SQLITE_BLOB: 2 + 2 * Int(sqlite3_column_bytes(pointer, place))
        case SQLITE_INTEGER, SQLITE_FLOAT: 8
        default: Int(sqlite3_column_bytes(pointer, place))
        }
    }

    private func bytes(at place: Int32) -> UnsafeRawBufferPointer {
        // The pointer is asked for before the count, or the count may be another form's.
        let start = sqlite3_column_blob(pointer, place)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, place)))
    }
}
