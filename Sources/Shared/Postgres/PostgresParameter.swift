/// A value for `$1`, `$2`, … of a statement.
///
/// Values are sent as text and take the type the statement gives them, so a statement says `$1::bigint`.
package enum PostgresParameter: Sendable, Equatable {
    case null
    /// The text form of any type; must not hold the character U+0000, which Postgres cannot store.
    case text(String)
    /// A `bytea`, sent as it is.
    case bytes([UInt8])

    package static func integer(_ value: some BinaryInteger) -> Self { .text(digits(of: value)) }

    /// The digits of a 64-bit integer are written without the generic way of all integers.
    private static func digits(of value: some BinaryInteger) -> String {
        Int64(exactly: value)?.description ?? String(value)
    }

    package static func bool(_ value: Bool) -> Self { .text(value ? "t" : "f") }
    package static func double(_ value: Double) -> Self { .text(String(value)) }

    /// JSON text, for a `json` or `jsonb`.
    package static func json(_ text: String) -> Self { .text(text) }

    package static func optional(_ value: String?) -> Self { value.map(Self.text) ?? .null }
    package static func optional(_ value: (some BinaryInteger)?) -> Self { value.map { .integer($0) } ?? .null }
    package static func optional(_ value: Bool?) -> Self { value.map(Self.bool) ?? .null }
    package static func optional(_ value: Double?) -> Self { value.map(Self.double) ?? .null }
    package static func optional(_ value: [UInt8]?) -> Self { value.map(Self.bytes) ?? .null }

    /// A one-dimensional array of integers.
    package static func array(_ values: [some BinaryInteger]) -> Self {
        var literal = "{"
        for (index, value) in values.enumerated() {
            if index > 0 { literal += "," }
            literal += digits(of: value)
        }
        return .text(literal + "}")
    }

    /// A one-dimensional array of booleans.
    package static func array(_ values: [Bool]) -> Self {
        .text("{" + values.map { $0 ? "t" : "f" }.joined(separator: ",") + "}")
    }

    /// A one-dimensional array of the text forms of any type, `nil` standing for `NULL`.
    package static func array(_ values: [String?]) -> Self {
        var literal: [UInt8] = [UInt8(ascii: "{")]
        for (index, value) in values.enumerated() {
            if index > 0 { literal.append(UInt8(ascii: ",")) }
            guard let value else {
                literal.append(contentsOf: "NULL".utf8)
                continue
            }
            literal.append(UInt8(ascii: "\""))
            if value.utf8.contains(where: isEscaped) {
                for byte in value.utf8 {
                    if isEscaped(byte) { literal.append(UInt8(ascii: "\\")) }
                    literal.append(byte)
                }
            } else {
                literal.append(contentsOf: value.utf8)
            }
            literal.append(UInt8(ascii: "\""))
        }
        literal.append(UInt8(ascii: "}"))
        return .text(String(decoding: literal, as: UTF8.self))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }

    /// A one-dimensional array of the text forms of any type.
    package static func array(_ values: [String]) -> Self {
        array(values as [String?])
    }
}

extension PostgresParameter: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}
