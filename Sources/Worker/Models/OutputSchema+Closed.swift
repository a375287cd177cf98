import JobModel

extension OutputSchema {
    /// Whether a provider can hold a model to the schema: every object in it is closed, and it says nothing that such
    /// providers refuse.
    var isClosed: Bool { Self.isClosed(schema, depth: 0) }

    private static let known: Set<String> = [
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "description", "title",
        "anyOf",
    ]
    private static let deepest = 16

    private static func isClosed(_ schema: JSONValue, depth: Int) -> Bool {
        guard depth < deepest, case .object(let members) = schema, members.keys.allSatisfy(known.contains) else {
            return false
        }
        if schema["type"] == "object" || schema["properties"] != nil {
            guard schema["additionalProperties"] == false else { return false }
        }
        guard schema["type"] != nil || schema["anyOf"] != nil || schema["enum"] != nil || schema["const"] != nil else {
            return false
        }
        let parts =
            (schema["properties"]?.objectValue?.map(\.value) ?? []) + (schema["anyOf"]?.arrayValue ?? [])
            + (schema["items"].map { [$0] } ?? [])
        return parts.allSatisfy { isClosed($0, depth: depth + 1) }
    }
}
