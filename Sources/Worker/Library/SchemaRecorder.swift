internal import FoundationEssentials
internal import JobModel

/// A decoder that holds nothing: it notes what it is asked for, and answers with placeholders.
final class SchemaRecorder: Decoder {
    /// What was asked for so far.
    enum Shape {
        case nothing
        case object(JSONObject, optional: Set<String>)
        case value(JSONValue)
    }

    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    /// The types inside which it stands.
    private let types: [any Any.Type]
    var shape = Shape.nothing

    private init(codingPath: [any CodingKey], types: [any Any.Type]) {
        self.codingPath = codingPath
        self.types = types
    }

    /// The schema of a type.
    static func schema(of type: any Decodable.Type) throws -> JSONValue {
        try SchemaRecorder(codingPath: [], types: []).note(type, at: []).schema
    }

    private func unknown(_ type: any Any.Type, _ reason: String, at path: [any CodingKey]) -> SchemaError {
        let place = path.isEmpty ? "\(type)" : "\(type) at \(path.map(\.stringValue).joined(separator: "."))"
        return SchemaError("the schema of \(place) cannot be derived: \(reason); write it out with Schema(json:)")
    }

    /// The schema of a type that is asked for at a place, and a value to go on with.
    func note<Value: Decodable>(
        _ type: Value.Type,
        at path: [any CodingKey]
    ) throws -> (schema: JSONValue, placeholder: Value) {
        if let known = Self.known[ObjectIdentifier(type)], let placeholder = known.placeholder as? Value {
            return (known.schema, placeholder)
        }
        if let container = type as? any SchemaContainer.Type {
            let schema = try container.schema { try self.note($0, at: path).schema }
            if let placeholder = container.empty as? Value { return (schema, placeholder) }
        }
        if let cases = type as? any (CaseIterable & RawRepresentable).Type, let found = Self.cases(cases),
            let placeholder = found.first as? Value
        {
            return (["enum": .array(found.values)], placeholder)
        }
        guard !types.contains(where: { $0 == type }) else { throw unknown(type, "it contains itself", at: path) }
        let inner = SchemaRecorder(codingPath: path, types: types + [type])
        let placeholder: Value
        do {
            placeholder = try Value(from: inner)
        } catch let error as SchemaError {
            throw error
        } catch {
            let reason =
                type is any RawRepresentable.Type
                ? "its cases are not known, make it CaseIterable" : "its init(from:) refuses placeholders"
            throw unknown(type, reason, at: path)
        }
        return (inner.schema, placeholder)
    }

    private var schema: JSONValue {
        switch shape {
        case .nothing: ["type": "object", "properties": [:], "additionalProperties": false]
        case .value(let schema): schema
        case .object(let properties, let optional):
            [
                "type": "object", "properties": .object(properties),
                "required": .array(properties.keys.filter { !optional.contains($0) }.map { .string($0) }),
                "additionalProperties": false,
            ]
        }
    }

    private static func cases<Cases: CaseIterable & RawRepresentable>(
        _ type: Cases.Type
    ) -> (values: [JSONValue], first: Any)? {
        let values = type.allCases.compactMap { value -> JSONValue? in
            if let text = value.rawValue as? String { return .string(text) }
            return (value.rawValue as? any BinaryInteger).flatMap { Int64(exactly: $0) }.map { .integer($0) }
        }
        guard let first = type.allCases.first, values.count == type.allCases.count else { return nil }
        return (values, first)
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if case .nothing = shape { shape = .object([:], optional: []) }
        return KeyedDecodingContainer(KeyedSchemaRecorder<Key>(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw unknown(types.last ?? Any.self, "it decodes a list by itself", at: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleSchemaRecorder(recorder: self)
    }

    func unsupported() -> SchemaError {
        unknown(types.last ?? Any.self, "it decodes nested containers by itself", at: codingPath)
    }

    // MARK: What is known

    private static let known: [ObjectIdentifier: (schema: JSONValue, placeholder: any Sendable)] = {
        let integer: JSONValue = ["type": "integer"]
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let number: JSONValue = ["type": "number"]
        var known: [ObjectIdentifier: (schema: JSONValue, placeholder: any Sendable)] = [:]
        func add<Value: Sendable>(_ schema: JSONValue, _ placeholder: Value) {
            known[ObjectIdentifier(Value.self)] = (schema, placeholder)
        }
        add(["type": "boolean"], false)
        add(["type": "string"], "")
        add(integer, Int(0))
        add(integer, Int8(0))
        add(integer, Int16(0))
        add(integer, Int32(0))
        add(integer, Int64(0))
        add(count, UInt(0))
        add(count, UInt8(0))
        add(count, UInt16(0))
        add(count, UInt32(0))
        add(count, UInt64(0))
        add(number, Float(0))
        add(number, Double(0))
        add(number, Decimal(0))
        add(["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0))
        add(["type": "string", "format": "uuid"], UUID())
        add(["type": "string", "contentEncoding": "base64"], Data())
        if let url = URL(string: "https://example.com") { add(["type": "string", "format": "uri"], url) }
        return known
    }()
}

/// Notes what is asked for by key.
private struct KeyedSchemaRecorder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: SchemaRecorder

    var codingPath: [any CodingKey] { recorder.codingPath }
    var allKeys: [Key] { [] }

    /// Whoever asks can do without.
    func contains(_ key: Key) -> Bool {
        mark(key)
        return true
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        mark(key)
        return false
    }

    private func mark(_ key: Key) {
        guard case .object(let properties, var optional) = recorder.shape else { return }
        optional.insert(key.stringValue)
        recorder.shape = .object(properties, optional: optional)
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (schema, placeholder) = try recorder.note(type, at: codingPath + [key])
        if case .object(var properties, let optional) = recorder.shape {
            properties[key.stringValue] = schema
            recorder.shape = .object(properties, optional: optional)
        }
        return placeholder
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw recorder.unsupported()
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw recorder.unsupported()
    }

    func superDecoder() throws -> any Decoder { throw recorder.unsupported() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw recorder.unsupported() }
}

/// Notes which one value is asked for.
private struct SingleSchemaRecorder: SingleValueDecodingContainer {
    let recorder: SchemaRecorder

    var codingPath: [any CodingKey] { recorder.codingPath }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, placeholder) = try recorder.note(type, at: codingPath)
        recorder.shape = .value(schema)
        return placeholder
    }
}

/// A type whose schema is made from that of what it holds.
private protocol SchemaContainer {
    static var empty: Any { get }
    static func schema(_ note: (any Decodable.Type) throws -> JSONValue) throws -> JSONValue
}

extension Array: SchemaContainer where Element: Decodable {
    fileprivate static var empty: Any { Self() }
    fileprivate static func schema(_ note: (any Decodable.Type) throws -> JSONValue) throws -> JSONValue {
        ["type": "array", "items": try note(Element.self)]
    }
}

extension Set: SchemaContainer where Element: Decodable {
    fileprivate static var empty: Any { Self() }
    fileprivate static func schema(_ note: (any Decodable.Type) throws -> JSONValue) throws -> JSONValue {
        ["type": "array", "items": try note(Element.self), "uniqueItems": true]
    }
}

extension Dictionary: SchemaContainer where Key == String, Value: Decodable {
    fileprivate static var empty: Any { Self() }
    fileprivate static func schema(_ note: (any Decodable.Type) throws -> JSONValue) throws -> JSONValue {
        ["type": "object", "additionalProperties": try note(Value.self)]
    }
}

extension Optional: SchemaContainer where Wrapped: Decodable {
    fileprivate static var empty: Any { Self.none as Any }
    fileprivate static func schema(_ note: (any Decodable.Type) throws -> JSONValue) throws -> JSONValue {
        ["anyOf": [try note(Wrapped.self), ["type": "null"]]]
    }
}
