import JobModel
import Testing

@testable import Workflow

/// Schemas and values made to hurt: each check ends, and soon.
@Suite(.timeLimit(.minutes(5))) struct SchemaBoundsTests {
    /// A twentieth of what is allowed: these tests are built without optimisation.
    private static let steps = JSONSchema.maximumSteps / 20
    private static let numbers = JSONValue.array((0..<100_000).map { .integer($0) })
    private static let names = JSONValue.array((0..<20_000).map { .string("k\($0)") })
    private static let keys = JSONValue.object(
        JSONObject((0..<1_000).map { (String(repeating: "a", count: 100) + "\($0)", 1) })
    )

    private static func copies(_ schema: JSONValue, _ count: Int) -> JSONValue {
        .array(Array(repeating: schema, count: count))
    }

    /// What is checked in one case; not an argument of the test, since its log holds all arguments.
    private static func pair(_ name: String) -> (schema: JSONValue, value: JSONValue) {
        switch name {
        case "unique": (["allOf": copies(["uniqueItems": true], 2_000)], numbers)
        case "nested":
            (["uniqueItems": true, "items": ["$ref": "#"]], (0..<100).reduce(numbers) { value, _ in [value] })
        case "required":
            (["$defs": ["r": ["not": ["required": names]]], "allOf": copies(["$ref": "#/$defs/r"], 20_000)], [:])
        case "members": (["allOf": copies(["maxProperties": 9_999], 20_000)], keys)
        case "names": (["anyOf": copies(["propertyNames": ["pattern": "(a?){0,300}b$"]], 1_000)], keys)
        case "patterns":
            (["patternProperties": .object(JSONObject((0..<300).map { ("(a?){0,300}b\($0)$", true) }))], keys)
        case "length": (["oneOf": copies(["minLength": 1], 20_000)], .string(String(repeating: "a", count: 400_000)))
        case "choices": (["anyOf": copies(["enum": copies(1, 100)], 10_000)], numbers)
        default: (["allOf": copies(["anyOf": [["const": 0], true]], 20_000)], numbers)
        }
    }

    @Test(arguments: [
        "unique", "nested", "required", "members", "names", "patterns", "length", "choices", "constant",
    ])
    func endsOn(_ name: String) throws {
        let (schema, value) = Self.pair(name)
        let messages = try JSONSchema(schema).validate(value, steps: Self.steps).map(\.message)
        #expect(messages == ["the value is too large to check"])
    }

    @Test func matchesManyRangesSoon() throws {
        let ranges = String(String.UnicodeScalarView((0..<480).compactMap { Unicode.Scalar(0x100 + 2 * UInt32($0)) }))
        let text = String(repeating: String(ranges.unicodeScalars.suffix(1)), count: 2_000)
        #expect(try TextPattern("[\(ranges)]{0,490}$").matches(text) == true)
    }

    @Test(arguments: [
        ("[cab]", "b", true), ("[c-da-b]", "e", false), ("[a-cb-x]", "m", true), ("[^c-da-b]", "e", true),
        ("[^c-da-b]", "d", false), ("[a-a]", "b", false), ("[\\W\\w]", "é", true), ("[z\\s!]", "\u{3000}", true),
    ])
    func findsRangesInAnyOrder(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try TextPattern(pattern).matches(text) == expected)
    }
}
