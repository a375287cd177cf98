import JobModel
import Storage

/// Values of the API's vocabulary as JSON.
extension JSONValue {
    /// A moment as RFC 3339 text, or null.
    static func time(_ timestamp: Timestamp?) -> JSONValue { timestamp.map { .string($0.description) } ?? .null }

    /// An amount in whole micro-dollars, or null.
    static func money(_ amount: MicroDollars?) -> JSONValue { amount.map { .integer($0.rawValue) } ?? .null }

    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    static func count(_ value: Int) -> JSONValue { .integer(Int64(value)) }

    static func id(_ id: some RawRepresentable<Int64>) -> JSONValue { .integer(id.rawValue) }

    static func word(_ word: some RawRepresentable<String>) -> JSONValue { .string(word.rawValue) }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
