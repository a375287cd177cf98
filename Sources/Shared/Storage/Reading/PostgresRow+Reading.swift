import JobModel
import Postgres

/// The columns of the reading statements as the types of this module.
extension PostgresRow {
    /// The job that the row belongs to.
    var job: JobID {
        get throws { JobID(rawValue: try int64("job_id")) }
    }

    func timestamp(_ column: String) throws -> Timestamp { Timestamp(rawValue: try int64(column)) }

    func optionalTimestamp(_ column: String) throws -> Timestamp? {
        try optionalInt64(column).map(Timestamp.init(rawValue:))
    }

    func money(_ column: String) throws -> MicroDollars { MicroDollars(rawValue: try int64(column)) }

    /// One of the words of an enumeration.
    ///
    /// - Throws: `PostgresError.badValue` for a word this program does not know.
    func word<Word: RawRepresentable>(_ column: String) throws -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try string(column)) else {
            throw PostgresError.badValue(column: column, expected: "a known \(Word.self)")
        }
        return word
    }

    /// A JSON text that was kept.
    ///
    /// - Throws: `PostgresError.badValue` for one that cannot be read.
    func json(_ column: String) throws -> JSONValue { try Self.kept(try string(column), column) }

    func optionalJSON(_ column: String) throws -> JSONValue? {
        try optionalString(column).map { try Self.kept($0, column) }
    }

    private static func kept(_ text: String, _ column: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: text, deepest: JSONValue.maximumKeptDepth)
        } catch {
            throw PostgresError.badValue(column: column, expected: "JSON that can be read: \(error)")
        }
    }

    /// The texts of a JSON array.
    func texts(_ column: String) throws -> [String] {
        try json(column).arrayValue?.compactMap(\.stringValue) ?? []
    }
}
