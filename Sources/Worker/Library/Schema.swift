internal import JobModel

/// A JSON Schema: of a tool's arguments, a model's answer or a form.
public struct Schema: Sendable {
    let json: JSONValue

    /// Derives the schema from a type, by decoding one of it from nothing and noting what it asks for.
    ///
    /// It works for structs with synthesised `Codable` made of strings, numbers, Booleans, dates, UUIDs, URLs, data, arrays,
    /// dictionaries with string keys, optionals (which need not be there), other such structs, and enums with raw values
    /// that are `CaseIterable`. What it cannot tell (an enum whose cases it cannot list, an enum with associated values, a
    /// type that contains itself, an `init(from:)` that refuses the placeholders) it does not guess.
    ///
    /// - Throws: ``SchemaError``, which names the place; write the schema with ``init(json:)`` then.
    public init<Value: Decodable>(of type: Value.Type) throws {
        json = try SchemaRecorder.schema(of: type)
    }

    /// Reads a schema that is written out.
    ///
    /// - Throws: ``SchemaError`` where it is no JSON object.
    public init(json text: String) throws {
        do throws(JSONParseError) {
            json = try JSONValue(parsing: text)
        } catch {
            throw SchemaError("the schema is no JSON: \(error)")
        }
        guard json.objectValue != nil else { throw SchemaError("the schema is no JSON object") }
    }

    private init(_ json: JSONValue) { self.json = json }

    /// The same schema, with a description of one property for whoever fills it in; models do better with one.
    ///
    /// - Parameters:
    ///   - property: A property of the object itself. One that it does not have is left out.
    ///   - text: What is to be filled in.
    public func describing(_ property: String, _ text: String) -> Schema {
        guard case .object(var fields) = json, case .object(var properties)? = fields["properties"],
            case .object(var described)? = properties[property]
        else { return self }
        described["description"] = .string(text)
        properties[property] = .object(described)
        fields["properties"] = .object(properties)
        return Schema(.object(fields))
    }
}

/// Why there is no schema.
public struct SchemaError: Error, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String

    init(_ description: String) { self.description = description }
}
