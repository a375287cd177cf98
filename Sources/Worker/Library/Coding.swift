internal import FoundationEssentials
internal import JobModel

/// Values of Swift types as JSON, and back.
///
/// Dates are RFC 3339 texts to the second, data is base64.
enum Coding {
    static func json(_ value: some Encodable) throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return try JSONValue(parsing: try encoder.encode(value))
    }

    static func value<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(json.encoded()))
    }

    /// Reads what the machine has kept.
    ///
    /// - Throws: `JobError`: it was written by other code, or by a person.
    static func value<Value: Decodable>(_ type: Value.Type, from json: JSONValue, of what: String) throws -> Value {
        do {
            return try value(type, from: json)
        } catch {
            throw JobError(
                "the \(what) is no \(type): \(reason(error))",
                code: "value-invalid",
                isPermanent: true
            )
        }
    }

    /// Why a value could not be read, in a few words.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(path(context.codingPath)) is null"
        case .typeMismatch(let type, let context): return "\(path(context.codingPath)) is no \(type)"
        case .dataCorrupted(let context): return "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty ? "it" : keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
