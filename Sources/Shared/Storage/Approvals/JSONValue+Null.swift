package import JobModel

extension JSONValue {
    /// The value with U+FFFD in place of each U+0000 in a text, which Postgres keeps in no value.
    package var withoutNull: JSONValue {
        switch self {
        case .null, .bool, .integer, .number: return self
        case .string(let text): return .string(text.withoutNull)
        case .array(let values): return .array(values.map(\.withoutNull))
        case .object(let members):
            return .object(JSONObject(members.map { ($0.key.withoutNull, $0.value.withoutNull) }))
        }
    }
}
