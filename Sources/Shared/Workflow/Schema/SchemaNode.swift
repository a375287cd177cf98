internal import JobModel

/// One schema within a schema, ready to be applied.
struct SchemaNode: Sendable {
    /// What JSON Schema calls types.
    enum ValueType: String, CaseIterable, Sendable {
        case null, boolean, integer, number, string, array, object

        func accepts(_ value: JSONValue) -> Bool {
            switch (self, value) {
            case (.null, .null), (.boolean, .bool), (.string, .string), (.array, .array), (.object, .object): true
            case (.integer, _): value.integerValue != nil || value.doubleValue.map { $0 == $0.rounded() } ?? false
            case (.number, _): value.doubleValue != nil
            default: false
            }
        }
    }

    /// A bound on a number.
    struct Bound: Sendable {
        enum Relation: String, CaseIterable, Sendable {
            case minimum, maximum, exclusiveMinimum, exclusiveMaximum
        }

        let relation: Relation
        let limit: JSONValue
    }

    /// A bound on a count.
    struct CountBound: Sendable {
        enum Subject: String, Sendable { case characters, elements, members }

        let subject: Subject
        let isMinimum: Bool
        let limit: Int
    }

    /// The answer of the schemas `true` and `false`.
    var verdict: Bool?
    var types: [ValueType] = []
    var choices: [JSONValue]?
    var constant: JSONValue?
    var bounds: [Bound] = []
    var countBounds: [CountBound] = []
    var multipleOf: Double?
    var pattern: TextPattern?
    var properties: [String: JSONPointer] = [:]
    var patternProperties: [(pattern: TextPattern, schema: JSONPointer)] = []
    var additionalProperties: JSONPointer?
    var propertyNames: JSONPointer?
    var required: [String] = []
    var prefixItems: [JSONPointer] = []
    var items: JSONPointer?
    var contains: JSONPointer?
    var isUnique = false
    var allOf: [JSONPointer] = []
    var anyOf: [JSONPointer] = []
    var oneOf: [JSONPointer] = []
    var not: JSONPointer?
    var condition: JSONPointer?
    var then: JSONPointer?
    var otherwise: JSONPointer?
    var reference: JSONPointer?
}
