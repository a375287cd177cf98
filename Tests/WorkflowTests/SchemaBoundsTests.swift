import JobModel
import Testing

@testable import Workflow

/// Schemas and values made to hurt: each check ends, and soon.
@Suite(.timeLimit(.minutes(1))) struct SchemaBoundsTests {
    private static let numbers = JSONValue.array((0..<100_000).map { .integer($0) })
    private static let names = JSONValue.array((0..<20_000).map { .string("k\($0)") })
    private static let keys = JSONValue.object(
        JSONObject((0..<1_000).map { (String(repeating: "a", count: 100) + "\($0)", 1) })
    )

    private static func copies(_ schema: JSONValue, _ count: Int) -> JSONValue {
        .array(Array(repeating: schema, count: count))
    }

    private static let cases: [(String, JSONValue, JSONValue)] = [
        ("unique", ["allOf": copies(["uniqueItems": true], 2_000)], numbers),
        ("nested", ["uniqueItems": true, "items": ["$ref": "#"]], (0..<100).reduce(numbers) { value, _ in [value] }),
        ("required", ["allOf": copies(["not": ["required": names]], 20_000)], [:]),
        ("members", ["allOf": copies(["maxProperties": 9_999], 20_000)], keys),
        ("names", ["anyOf": copies(["propertyNames": ["pattern": "(a?){0,300}b$"]], 1_000)], keys),
        (
            "patterns",
            ["patternProperties": .object(JSONObject((0..<300).map { ("(a?){0,300}b\($0)$", true) }))], keys
        ),
        ("length", ["oneOf": copies(["minLength": 1], 20_000)], .string(String(repeating: "a", count: 400_000))),
        ("choices", ["anyOf": copies(["enum": copies([1], 100)], 10_000)], numbers),
        ("constant", ["allOf": copies(["anyOf": [["const": 0], true]], 20_000)], numbers),
    ]

    @Test(arguments: cases) func endsOn(_ name: String, _ schema: JSONValue, _ value: JSONValue) throws {
        let faults = try JSONSchema(schema).validate(value)
        #expect(faults.map(\.message) == ["the value is too large to check"])
    }

    @Test func matchesManyRangesSoon() throws {
        let ranges = String(String.UnicodeScalarView((0..<480).compactMap { Unicode.Scalar(0x100 + 2 * UInt32($0)) }))
        let text = String(repeating: String(ranges.unicodeScalars.suffix(1)), count: 20_000)
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
