/// One row of a result.
///
/// Every reader throws `PostgresError.badColumn` when the result has no such column, and `.badValue` when the value is
/// of another type; those that are not optional also when it is NULL.
package struct PostgresRow: Sendable {
    let storage: ResultStorage
    let row: Int32

    /// The text form of the value at a place, counted from 0, whatever its type; nil for NULL.
    package func text(columnAt place: Int) -> String? {
        precondition(storage.columns.indices.contains(place), "column \(place) of \(storage.columns.count)")
        return storage.value(row: row, column: Int32(place)).map { String(decoding: $0, as: UTF8.self) }
    }

    package func isNull(_ column: String) throws(PostgresError) -> Bool { try bytes(of: column) == nil }

    package func string(_ column: String) throws(PostgresError) -> String {
        try required(column, "a text", optionalString(column))
    }

    package func optionalString(_ column: String) throws(PostgresError) -> String? {
        try bytes(of: column).map { String(decoding: $0, as: UTF8.self) }
    }

    package func int64(_ column: String) throws(PostgresError) -> Int64 {
        try required(column, "a 64-bit integer", optionalInt64(column))
    }

    package func optionalInt64(_ column: String) throws(PostgresError) -> Int64? {
        try converted(column, "a 64-bit integer") { Int64($0) }
    }

    package func int(_ column: String) throws(PostgresError) -> Int {
        try required(column, "an integer", converted(column, "an integer") { Int($0) })
    }

    package func optionalInt(_ column: String) throws(PostgresError) -> Int? {
        try converted(column, "an integer") { Int($0) }
    }

    package func double(_ column: String) throws(PostgresError) -> Double {
        try required(column, "a number", optionalDouble(column))
    }

    package func optionalDouble(_ column: String) throws(PostgresError) -> Double? {
        try converted(column, "a number") { Double($0) }
    }

    package func bool(_ column: String) throws(PostgresError) -> Bool {
        try required(column, "a boolean", optionalBool(column))
    }

    package func optionalBool(_ column: String) throws(PostgresError) -> Bool? {
        try converted(column, "a boolean") { $0 == "t" ? true : $0 == "f" ? false : nil }
    }

    package func bytes(_ column: String) throws(PostgresError) -> [UInt8] {
        try required(column, "a bytea", optionalBytes(column))
    }

    package func optionalBytes(_ column: String) throws(PostgresError) -> [UInt8]? {
        guard let text = try bytes(of: column) else { return nil }
        guard text.count % 2 == 0, text.starts(with: "\\x".utf8) else {
            throw .badValue(column: column, expected: "a bytea")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for place in stride(from: 2, to: text.count, by: 2) {
            guard let high = Self.digit(text[place]), let low = Self.digit(text[place + 1]) else {
                throw .badValue(column: column, expected: "a bytea")
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private func bytes(of column: String) throws(PostgresError) -> UnsafeRawBufferPointer? {
        guard let place = storage.columns.firstIndex(of: column) else { throw .badColumn(column) }
        return storage.value(row: row, column: Int32(place))
    }

    private func converted<Value>(
        _ column: String,
        _ expected: String,
        _ convert: (String) -> Value?
    ) throws(PostgresError) -> Value? {
        guard let text = try optionalString(column) else { return nil }
        guard let value = convert(text) else { throw .badValue(column: column, expected: expected) }
        return value
    }

    private func required<Value>(
        _ column: String,
        _ expected: String,
        _ value: Value?
    ) throws(PostgresError) -> Value {
        guard let value else { throw .badValue(column: column, expected: expected) }
        return value
    }
}
