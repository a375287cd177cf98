import JobModel
import Workflow

/// Makes the schemas of an OpenAPI document such that each stands for itself: references are replaced by what they lead
/// to, as deep as that goes within bounds, and what is OpenAPI's own is put as JSON Schema puts it.
struct OpenAPISchemas {
    /// The most schemas within one; what comes beyond takes anything.
    static let maximumSchemas = 300
    /// The deepest nesting.
    static let maximumDepth = 16
    /// The longest description of a schema within.
    static let maximumDescription = 300

    private static let dropped: Set<String> = [
        "example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "nullable", "readOnly",
        "writeOnly", "$id", "$anchor", "$schema", "$comment", "$defs", "definitions", "contentMediaType",
    ]

    let document: JSONValue
    private var left = OpenAPISchemas.maximumSchemas

    init(document: JSONValue) { self.document = document }

    /// The schema of what is sent.
    mutating func schema(_ value: JSONValue) -> JSONValue { schema(value, depth: 0, within: []) }

    /// What a value or the reference in its place means; nil where a reference leads nowhere, or round in a circle.
    func resolved(_ value: JSONValue) -> JSONValue? {
        var value = value
        for _ in 0..<16 {
            guard let reference = value["$ref"]?.stringValue else { return value }
            guard let target = target(of: reference) else { return nil }
            value = target
        }
        return nil
    }

    private func target(of reference: String) -> JSONValue? {
        guard reference.hasPrefix("#"), let pointer = JSONPointer(parsing: String(reference.dropFirst())) else {
            return nil
        }
        var value = document
        for token in pointer.tokens {
            // A pointer in an address may be percent-encoded, as in paths/~1pets~1%7Bid%7D.
            let next =
                value[token] ?? value[PercentCoding.decoded(token)] ?? Int(token).flatMap { [value] in value[$0] }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    private mutating func schema(_ value: JSONValue, depth: Int, within: [String]) -> JSONValue {
        left -= 1
        guard case .object(let object) = value else { return value.boolValue == nil ? [:] : value }
        guard left > 0, depth < Self.maximumDepth else { return stub(of: object) }
        guard let reference = object["$ref"]?.stringValue else {
            return .object(members(of: object, depth: depth, within: within))
        }
        guard !within.contains(reference), let target = target(of: reference) else { return stub(of: object) }
        let meant = schema(target, depth: depth + 1, within: within + [reference])
        // Since 3.1 more may stand beside a reference, a description most of all.
        guard case .object(var merged) = meant else { return meant }
        if let description = object["description"] { merged["description"] = description }
        return .object(merged)
    }

    /// What takes anything, with a word on what it is.
    private func stub(of object: JSONObject) -> JSONValue {
        let name = object["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
        guard let text = object["description"]?.stringValue ?? name else { return [:] }
        return ["description": .string(String(text.prefix(Self.maximumDescription)))]
    }

    private mutating func members(of object: JSONObject, depth: Int, within: [String]) -> JSONObject {
        var result = JSONObject()
        for (key, value) in object where !Self.dropped.contains(key) && !key.hasPrefix("x-") {
            switch key {
            case "properties", "patternProperties", "dependentSchemas":
                guard case .object(let schemas) = value else { continue }
                var kept = JSONObject()
                for (name, value) in schemas where key != "properties" || !isReadOnly(value) {
                    kept[name] = schema(value, depth: depth + 1, within: within)
                }
                result[key] = .object(kept)
            case "items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else":
                result[key] = schema(value, depth: depth + 1, within: within)
            case "allOf", "anyOf", "oneOf", "prefixItems":
                guard let schemas = value.arrayValue, !schemas.isEmpty else { continue }
                result[key] = .array(schemas.map { schema($0, depth: depth + 1, within: within) })
            case "description":
                result[key] = .string(String((value.stringValue ?? "").prefix(Self.maximumDescription)))
            case "required":
                // Not a list in the OpenAPI of old, where it says something of the property itself.
                guard let names = value.arrayValue else { continue }
                let hidden = names.filter {
                    $0.stringValue.flatMap { object["properties"]?[$0] }.map(isReadOnly) ?? false
                }
                result[key] = .array(names.filter { !hidden.contains($0) })
            default: result[key] = value
            }
        }
        return asJSONSchema(result, isNullable: object["nullable"]?.boolValue == true)
    }

    private func isReadOnly(_ schema: JSONValue) -> Bool {
        resolved(schema)?["readOnly"]?.boolValue == true || schema["readOnly"]?.boolValue == true
    }

    /// What OpenAPI 3.0 says in words of its own, as JSON Schema says it.
    private func asJSONSchema(_ object: JSONObject, isNullable: Bool) -> JSONObject {
        var object = object
        for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            guard let isExclusive = object[flag]?.boolValue else { continue }
            object[flag] = isExclusive ? object[bound] : nil
            if isExclusive { object[bound] = nil }
        }
        guard isNullable else { return object }
        switch object["type"] {
        case .string(let type): object["type"] = [.string(type), "null"]
        case .array, .null, .bool, .integer, .number, .object: break
        case nil where object["enum"] == nil: return ["anyOf": [.object(object), ["type": "null"]]]
        case nil: break
        }
        if let choices = object["enum"]?.arrayValue, !choices.contains(.null) {
            object["enum"] = .array(choices + [.null])
        }
        return object
    }
}
