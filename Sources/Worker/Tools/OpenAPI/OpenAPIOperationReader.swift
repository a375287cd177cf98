import JobModel
import Models
import Workflow

/// Reads one operation of a document: what its tool takes, and where each argument goes.
struct OpenAPIOperationReader {
    /// The longest description of a tool.
    static let maximumDescription = 1_024

    let method: HTTPMethod
    let path: String
    let item: JSONValue
    private var schemas: OpenAPISchemas
    private var properties = JSONObject()
    private var required: [JSONValue] = []
    private var places: [JSONValue] = []

    init(method: HTTPMethod, path: String, item: JSONValue, document: JSONValue) {
        self.method = method
        self.path = path
        self.item = item
        schemas = OpenAPISchemas(document: document)
    }

    /// The operation as it is kept: all that its tool and its requests are made of.
    mutating func entry(
        _ operation: JSONValue,
        named name: String,
        effect: Effect
    ) throws(OpenAPIDocument.Fault) -> JSONValue {
        for parameter in parameters(operation) { try read(parameter) }
        let body = try self.body(operation)
        for field in missingPathFields { throw .init(reason: "it says nothing of the parameter \(field) in its path") }
        let description = [operation["summary"], operation["description"]].compactMap { $0?.stringValue }
            .filter { !$0.isEmpty }.joined(separator: "\n")
        var entry: JSONObject = [
            "name": .string(name), "effect": .string(effect.rawValue), "method": .string(method.rawValue),
            "path": .string(path), "places": .array(places),
        ]
        entry["description"] = .string(
            description.isEmpty ? "\(method.rawValue) \(path)" : String(description.prefix(Self.maximumDescription))
        )
        entry["parameters"] = [
            "type": "object", "properties": .object(properties), "required": .array(required),
            "additionalProperties": false,
        ]
        entry["body"] = body
        return .object(entry)
    }

    // MARK: Parameters

    /// Those of the path and those of the operation, which stand for the path's of the same name and place.
    private func parameters(_ operation: JSONValue) -> [JSONValue] {
        var found: [(key: String, value: JSONValue)] = []
        for source in [item, operation] {
            for parameter in source["parameters"]?.arrayValue ?? [] {
                guard let parameter = schemas.resolved(parameter), let name = parameter["name"]?.stringValue,
                    let place = parameter["in"]?.stringValue
                else { continue }
                let key = "\(place) \(name)"
                found.removeAll { $0.key == key }
                found.append((key, parameter))
            }
        }
        return found.map(\.value)
    }

    private mutating func read(_ parameter: JSONValue) throws(OpenAPIDocument.Fault) {
        guard let name = parameter["name"]?.stringValue, let place = parameter["in"]?.stringValue else { return }
        let isRequired = parameter["required"]?.boolValue == true || place == "path"
        guard ["path", "query", "header", "cookie"].contains(place) else {
            guard isRequired else { return }
            throw .init(reason: "its parameter \(name) stands in \(place), which is not known")
        }
        // What these say is not the caller's to set.
        if place == "header", ["accept", "content-type", "authorization"].contains(name.lowercased()) { return }
        let content = parameter["content"]?.objectValue?.first { _ in true }
        let property = property(for: name, in: place)
        add(property, content?.value["schema"] ?? parameter["schema"] ?? [:], about: parameter, isRequired: isRequired)
        var entry: JSONObject = [
            "in": .string(place), "name": .string(name), "property": .string(property),
        ]
        entry["style"] = parameter["style"]
        entry["explode"] = parameter["explode"]
        if content != nil { entry["style"] = "json" }
        places.append(.object(entry))
    }

    private mutating func add(_ property: String, _ schema: JSONValue, about: JSONValue, isRequired: Bool) {
        var schema = schemas.schema(schema)
        if let text = about["description"]?.stringValue, case .object(var object) = schema {
            object["description"] = .string(String(text.prefix(OpenAPISchemas.maximumDescription)))
            schema = .object(object)
        }
        properties[property] = schema
        if isRequired { required.append(.string(property)) }
    }

    /// A name that every provider takes and no other argument has.
    private func property(for name: String, in place: String) -> String {
        let plain = String(
            name.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": Character(scalar)
                default: "_"
                }
            }.prefix(56)
        )
        var property = plain.isEmpty ? "_" : plain
        if properties[property] != nil { property = "\(plain)_\(place)" }
        var number = 2
        while properties[property] != nil {
            property = "\(plain)_\(number)"
            number += 1
        }
        return property
    }

    /// The fields of the path that no parameter fills.
    private var missingPathFields: [String] {
        let known = places.filter { $0["in"] == "path" }.compactMap { $0["name"]?.stringValue }
        return path.split(separator: "{").dropFirst().map { String($0.prefix { $0 != "}" }) }.filter {
            !known.contains($0)
        }
    }

    // MARK: The body

    private mutating func body(_ operation: JSONValue) throws(OpenAPIDocument.Fault) -> JSONValue? {
        guard let written = operation["requestBody"], let body = schemas.resolved(written) else { return nil }
        let isRequired = body["required"]?.boolValue == true
        let contents = body["content"]?.objectValue ?? [:]
        guard let (type, kind) = Self.readable(contents.keys) else {
            guard isRequired else { return nil }
            throw .init(reason: "its body is written as \(contents.keys.joined(separator: " or ")), which is not known")
        }
        let property = property(for: "body", in: "request")
        add(property, contents[type]?["schema"] ?? [:], about: body, isRequired: isRequired)
        return ["property": .string(property), "type": .string(type), "kind": .string(kind)]
    }

    /// The type of a body that can be written, and how.
    private static func readable(_ types: [String]) -> (type: String, kind: String)? {
        func first(_ kind: String, _ isMeant: (String) -> Bool) -> (String, String)? {
            types.first { isMeant(String($0.prefix { $0 != ";" && $0 != " " }).lowercased()) }.map { ($0, kind) }
        }
        return first("json") { $0 == "application/json" || $0.hasSuffix("+json") || $0 == "*/*" }
            ?? first("form") { $0 == "application/x-www-form-urlencoded" } ?? first("text") { $0.hasPrefix("text/") }
    }
}
