import JobModel

/// JSON for people: one member a line, two blanks for each level.
enum JSONView {
    /// Lists without objects or lists in them stay on one line up to this width.
    private static let widestFlatList = 80

    /// The text without a line break at its end; safe for a terminal.
    static func text(_ value: JSONValue) -> String { SafeText.json(written(value, indent: "")) }

    private static func written(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .array(let values):
            let flat = value.text()
            if values.isEmpty || (values.allSatisfy(isFlat) && flat.utf8.count <= widestFlatList) { return flat }
            return "[\n" + values.map { inner + written($0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let object):
            if object.isEmpty { return "{}" }
            let members = object.map {
                inner + JSONValue.string($0.key).text() + ": " + written($0.value, indent: inner)
            }
            return "{\n" + members.joined(separator: ",\n") + "\n\(indent)}"
        case .null, .bool, .integer, .number, .string:
            return value.text()
        }
    }

    private static func isFlat(_ value: JSONValue) -> Bool {
        switch value {
        case .array, .object: false
        case .null, .bool, .integer, .number, .string: true
        }
    }
}
