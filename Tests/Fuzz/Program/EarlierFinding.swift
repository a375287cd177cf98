import JobModel

/// Inputs that broke a parser once, and are too large for the corpus.
enum EarlierFinding {
    /// A class of 480 characters, repeated, took 8 s for a text of 65,000.
    static let pattern: [[UInt8]] = [
        {
            let ranges = (0..<480).compactMap { Unicode.Scalar(0x100 + 2 * UInt32($0)) }.map { String($0) }
            return Array("[\(ranges.joined())]{0,490}$\n\(String(repeating: ranges[479], count: 65_000))".utf8)
        }()
    ]

    /// Names to look for, patterns, and elements to tell apart kept a thread busy for minutes.
    static let schema: [[UInt8]] = [
        [
            ["$defs": ["r": ["not": ["required": strings(10_000)]]], "allOf": copies(["$ref": "#/$defs/r"], 20_000)],
            [:],
        ],
        [
            ["patternProperties": .object(JSONObject((0..<300).map { ("(a?){0,300}b\($0)$", true) }))],
            .object(JSONObject((0..<5_000).map { ("\($0)aaaaaaaaaaaaaaaaaaaa", 0) })),
        ],
        [["allOf": copies(["uniqueItems": true], 2_000)], .array((0..<10_000).map { .integer($0) })],
    ].map { JSONValue.array($0).encoded() }

    /// Thousands of signatures had a webhook's body digested once for each.
    static let webhook: [[UInt8]] = [
        Array(
            "t=1700000000\(String(repeating: ",v1=00", count: 20_000))\n\(String(repeating: "x", count: 1 << 19))".utf8
        )
    ]

    private static func copies(_ value: JSONValue, _ count: Int) -> JSONValue {
        .array(Array(repeating: value, count: count))
    }

    private static func strings(_ count: Int) -> JSONValue { .array((0..<count).map { .string("\($0)") }) }
}
