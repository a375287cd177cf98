import JobModel
import Workflow

extension JSONSchema {
    /// How many keywords of a schema are dropped because they cannot be understood.
    private static let maximumDropped = 50

    /// A schema from elsewhere without the keywords that cannot be applied here, so that the rest still checks.
    static func usable(_ value: JSONValue) -> JSONSchema {
        var value = value
        for _ in 0..<maximumDropped {
            do throws(JSONSchemaError) {
                return try JSONSchema(value)
            } catch {
                // A fault names the keyword, or what stands in it: without the keyword nothing is asked for there.
                guard let without = value.removing(error.path.tokens[...]) else { return .anyObject }
                value = without
            }
        }
        return .anyObject
    }

    /// The schema as providers want it: one of an object, with its properties.
    static func objectSchema(_ value: JSONValue) -> JSONValue {
        guard case .object(var schema) = value else { return ["type": "object", "properties": [:]] }
        schema["type"] = "object"
        if schema["properties"]?.objectValue == nil { schema["properties"] = [:] }
        schema["$schema"] = nil
        return .object(schema)
    }
}

extension JSONValue {
    /// The value without the member that a way leads to; where that is an element of a list, without the list.
    fileprivate func removing(_ path: ArraySlice<String>) -> JSONValue? {
        guard let key = path.first, case .object(var members) = self, let member = members[key] else { return nil }
        members[key] = member.removing(path.dropFirst())
        return .object(members)
    }
}
