import JobModel

/// JSON Schemas by chance, and values for them, some of them large.
enum GeneratedSchema {
    static let keywords = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "patternProperties", "propertyNames",
        "minProperties", "maxProperties", "items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$defs", "definitions",
    ]
    private static let keys = ["a", "b", "c", "é", ""]
    private static let references = ["#", "#/$defs/a", "#/properties/a", "#/items", "#/allOf/0", "#/anyOf/1", "#/not"]

    static func schema(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        guard depth > 0, !generator.oneIn(6) else { return generator.oneIn(4) ? .bool(generator.oneIn(2)) : [:] }
        var object = JSONObject()
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let keyword = generator.pick(keywords)
            object[keyword] = value(of: keyword, depth: depth, &generator)
        }
        return .object(object)
    }

    private static func value(of keyword: String, depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        func part() -> JSONValue { schema(depth: depth - 1, &generator) }
        switch keyword {
        case "type":
            return .string(generator.pick(["null", "boolean", "integer", "number", "string", "array", "object"]))
        case "enum": return .array((0..<4).map { _ in GeneratedJSON.value(depth: 2, &generator) })
        case "const": return GeneratedJSON.value(depth: 2, &generator)
        case "required": return ["a", .string(generator.pick(keys))]
        case "uniqueItems": return .bool(!generator.oneIn(4))
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
            return generator.oneIn(2) ? .integer(Int64.random(in: -2...9, using: &generator)) : 0.1
        case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
            return .integer(Int64.random(in: 0...4, using: &generator))
        case "pattern": return .string(GeneratedPattern.text(depth: 3, &generator))
        case "$ref": return .string(generator.pick(references))
        case "properties", "$defs", "definitions":
            return .object(JSONObject([("a", part()), (generator.pick(keys), part())]))
        case "patternProperties":
            return .object(JSONObject([(GeneratedPattern.text(depth: 2, &generator), part())]))
        case "prefixItems", "allOf", "anyOf", "oneOf":
            let count = generator.oneIn(30) ? 2_000 : Int.random(in: 1...3, using: &generator)
            let repeated = schema(depth: 0, &generator)
            return .array((0..<count).map { $0 < 3 ? part() : repeated })
        default: return part()
        }
    }

    /// A value to be checked.
    static func subject(_ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<24, using: &generator) {
        case 0: return .array((0..<20_000).map { .integer($0 % 19_999) })
        case 1: return .string(String(repeating: "ab", count: 30_000))
        case 2: return .object(JSONObject((0..<5_000).map { ("k\($0)", .string("aaaaaaaaaaaaaaaaaaaa")) }))
        case 3: return .array((0..<300).map { _ in GeneratedJSON.value(depth: 3, &generator) })
        default: return GeneratedJSON.value(depth: 5, &generator)
        }
    }
}
