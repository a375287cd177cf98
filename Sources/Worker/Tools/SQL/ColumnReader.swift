import JobModel

/// Turns the text form of a column's values into JSON, by the column's type.
///
/// Integers and floating-point numbers become numbers; `numeric` one when a double holds it (15 significant digits or
/// a 64-bit integer), otherwise a string; `boolean`, `json` and `jsonb` what they are; `timestamp` the ISO 8601 form, in
/// UTC with `Z` where the type has a zone; NULL null. Everything else, arrays and `bytea` too, is its text.
enum ColumnReader {
    case boolean, integer, floatingPoint, numeric, json, timestamp, text

    /// - Parameter type: `pg_type.oid`; those of built-in types never change.
    init(type: UInt32) {
        self =
            switch type {
            case 16: .boolean
            case 20, 21, 23, 26: .integer
            case 700, 701: .floatingPoint
            case 1700: .numeric
            case 114, 3802: .json
            case 1114, 1184: .timestamp
            default: .text
            }
    }

    func value(_ text: String?) -> JSONValue {
        guard let text else { return .null }
        switch self {
        case .boolean: return .bool(text == "t")
        case .integer: return Int64(text).map(JSONValue.integer) ?? .string(text)
        case .floatingPoint: return Self.finite(text) ?? .string(text)
        case .numeric: return Self.exact(text) ?? .string(text)
        case .json: return Self.parsed(text) ?? .string(text)
        case .timestamp: return .string(Self.iso(text))
        case .text: return .string(text)
        }
    }

    private static func finite(_ text: String) -> JSONValue? {
        // NaN and the infinities have no number in JSON.
        guard let number = Double(text), number.isFinite else { return nil }
        return .number(number)
    }

    private static func exact(_ text: String) -> JSONValue? {
        if let integer = Int64(text) { return .integer(integer) }
        let significant = text.filter(\.isNumber).drop { $0 == "0" }
        return significant.count <= 15 ? finite(text) : nil
    }

    private static func parsed(_ text: String) -> JSONValue? {
        // A `json` may repeat a key, or nest deeper than is read or recorded: the text says all there is.
        guard let value = try? JSONValue(parsing: text), !value.isNested(deeperThan: JSONValue.maximumForeignDepth)
        else { return nil }
        return value
    }

    private static func iso(_ text: String) -> String {
        var iso = text.replacingFirst(" ", with: "T")
        if iso.hasSuffix("+00") { iso = iso.dropLast(3) + "Z" }
        return iso
    }
}

extension String {
    fileprivate func replacingFirst(_ old: Character, with new: Character) -> String {
        guard let place = firstIndex(of: old) else { return self }
        return self[..<place] + String(new) + self[index(after: place)...]
    }
}
