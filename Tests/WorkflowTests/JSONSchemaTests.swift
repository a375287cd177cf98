import JobModel
import Testing

@testable import Workflow

@Suite struct JSONSchemaTests {
    /// A schema, a value, and how the value differs; both as JSON.
    static let values: [(String, String, [String])] = [
        ("{}", "1", []),
        ("true", "1", []),
        ("false", "1", ["nothing is allowed here"]),
        (##"{"type":"integer"}"##, "1.0", []),
        (##"{"type":"integer"}"##, "1.5", ["expected integer, found number"]),
        (##"{"type":"integer"}"##, "1e300", []),
        (##"{"type":"number"}"##, "1", []),
        (##"{"type":["string","null"]}"##, "null", []),
        (##"{"type":["string","null"]}"##, "true", ["expected string or null, found boolean"]),
        (##"{"type":"array"}"##, "{}", ["expected array, found object"]),
        (##"{"enum":["low",1,null]}"##, "1.0", []),
        (##"{"enum":["low","high"]}"##, ##""huge""##, [##""huge" is none of "low", "high""##]),
        (##"{"const":{"a":[1]}}"##, ##"{"a":[1.0]}"##, []),
        (##"{"const":1}"##, "2", ["expected 1, found 2"]),
        (##"{"minimum":1,"maximum":2}"##, "0", ["0 is less than 1"]),
        (##"{"minimum":1,"maximum":2}"##, "2.5", ["2.5 is more than 2"]),
        (##"{"exclusiveMinimum":1}"##, "1", ["1 is not more than 1"]),
        (##"{"exclusiveMaximum":1}"##, "1.0", ["1 is not less than 1"]),
        (##"{"minimum":9007199254740993}"##, "9007199254740992", ["9007199254740992 is less than 9007199254740993"]),
        (##"{"multipleOf":3}"##, "9", []),
        (##"{"multipleOf":3}"##, "10", ["10 is no multiple of 3"]),
        (##"{"multipleOf":0.1}"##, "0.3", []),
        (##"{"multipleOf":0.1}"##, "1000000.3", []),
        (##"{"multipleOf":0.01}"##, "123456789.07", []),
        (##"{"multipleOf":0.01}"##, "123456789.075", ["123456789.075 is no multiple of 0.01"]),
        (##"{"multipleOf":0.001}"##, "45035996273.4956", ["45035996273.4956 is no multiple of 0.001"]),
        (##"{"multipleOf":1}"##, "4503599627370495.5", ["4503599627370495.5 is no multiple of 1"]),
        (##"{"multipleOf":1}"##, "3.0000000001", ["3.0000000001 is no multiple of 1"]),
        (##"{"multipleOf":3}"##, "10000000000000000000", ["1e+19 is no multiple of 3"]),
        (##"{"multipleOf":3}"##, "30000000000000000000", []),
        (##"{"minimum":1}"##, ##""0""##, []),
        (##"{"minLength":2,"maxLength":3}"##, ##""é""##, ["1 characters, the least is 2"]),
        (##"{"minLength":2,"maxLength":3}"##, ##""😀😀😀""##, []),
        (##"{"maxLength":3}"##, ##""abcd""##, ["4 characters, the most is 3"]),
        (##"{"pattern":"^a+$"}"##, ##""ab""##, [##""ab" does not match "^a+$""##]),
        (##"{"minItems":1}"##, "[]", ["0 elements, the least is 1"]),
        (##"{"maxItems":1}"##, "[1,2]", ["2 elements, the most is 1"]),
        (##"{"uniqueItems":true}"##, "[1,1.0]", ["the elements are not unique"]),
        (##"{"uniqueItems":true}"##, ##"[1,"1"]"##, []),
        (
            ##"{"items":{"type":"string"}}"##, ##"["a",1,2]"##,
            ["/1: expected string, found integer", "/2: expected string, found integer"]
        ),
        (
            ##"{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"##, ##"[1,1,"a"]"##,
            ["/0: expected string, found integer", "/2: expected integer, found string"]
        ),
        (##"{"prefixItems":[{"type":"string"}],"items":false}"##, ##"["a",1]"##, ["/1: nothing is allowed here"]),
        (##"{"contains":{"const":2}}"##, "[1,2]", []),
        (##"{"contains":{"const":2}}"##, "[1]", ["no element matches contains"]),
        (##"{"required":["a","b"]}"##, ##"{"b":1}"##, [##""a" is missing"##]),
        (
            ##"{"properties":{"a":{"properties":{"b":{"type":"null"}}}}}"##, ##"{"a":{"b":1}}"##,
            ["/a/b: expected null, found integer"]
        ),
        (
            ##"{"properties":{"a":true},"additionalProperties":false}"##, ##"{"a":1,"b~/":2}"##,
            [##"/b~0~1: the key "b~/" is not known"##]
        ),
        (
            ##"{"properties":{"a":true},"additionalProperties":{"type":"string"}}"##, ##"{"a":1,"b":2}"##,
            ["/b: expected string, found integer"]
        ),
        (
            ##"{"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}"##, ##"{"xa":1,"y":1}"##,
            ["/xa: expected string, found integer", ##"/y: the key "y" is not known"##]
        ),
        (##"{"propertyNames":{"maxLength":1}}"##, ##"{"a":1,"bb":2}"##, [##"/bb: "bb" is not allowed as a key"##]),
        (##"{"minProperties":1,"maxProperties":1}"##, "{}", ["0 members, the least is 1"]),
        (##"{"allOf":[{"minimum":1},{"maximum":2}]}"##, "3", ["3 is more than 2"]),
        (##"{"anyOf":[{"type":"string"},{"minimum":1}]}"##, "0", ["none of the schemas of anyOf matches"]),
        (##"{"anyOf":[{"type":"string"},{"minimum":1}]}"##, "1", []),
        (##"{"oneOf":[{"minimum":1},{"minimum":2}]}"##, "2", ["2 of the schemas of oneOf match, one should"]),
        (##"{"oneOf":[{"minimum":1},{"minimum":2}]}"##, "1", []),
        (##"{"not":{"type":"string"}}"##, ##""a""##, ["the value is excluded by not"]),
        (
            ##"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}"##, ##"{"a":1}"##,
            [##""b" is missing"##]
        ),
        (
            ##"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}"##, "{}",
            [##""c" is missing"##]
        ),
        (##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}"##, ##""a""##, ["expected integer, found string"]),
        (##"{"items":{"$ref":"#/$defs/a~1b"},"$defs":{"a/b":{"const":1}}}"##, "[1,2]", ["/1: expected 1, found 2"]),
        (
            ##"{"properties":{"next":{"$ref":"#"}},"required":["v"]}"##, ##"{"v":1,"next":{"next":{"v":1}}}"##,
            [##"/next: "v" is missing"##]
        ),
        (##"{"format":"email","title":1,"x-own":{"type":7}}"##, ##""a""##, []),
        (##"{"$ref":"#"}"##, "1", ["the schema is nested too deeply, or refers to itself"]),
        (
            ##"{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#"}}}"##, "1",
            ["the schema is nested too deeply, or refers to itself"]
        ),
    ]

    @Test(arguments: values) func validates(_ schema: String, _ value: String, _ faults: [String]) throws {
        let schema = try JSONSchema(JSONValue(parsing: schema))
        #expect(schema.validate(try JSONValue(parsing: value)).map(\.description) == faults)
    }

    /// A value, as JSON, and why it is no schema.
    static let refused: [(String, String)] = [
        ("1", "a schema is an object, true or false, found an integer"),
        (
            ##"{"type":"strin"}"##,
            ##"/type: "strin" is no type, known are null, boolean, integer, number, string, array, object"##
        ),
        (##"{"type":[]}"##, "/type: expected a list that is not empty"),
        (##"{"type":[1]}"##, "/type: 1 is no type, known are null, boolean, integer, number, string, array, object"),
        (##"{"enum":"a"}"##, "/enum: expected a list, found a string"),
        (##"{"properties":[]}"##, "/properties: expected an object, found an array"),
        (
            ##"{"properties":{"a":{"items":{"minimum":"1"}}}}"##,
            "/properties/a/items/minimum: expected a number, found a string"
        ),
        (##"{"required":"a"}"##, "/required: expected a list, found a string"),
        (##"{"required":[1]}"##, "/required/0: expected a string, found an integer"),
        (##"{"items":[{}]}"##, "/items: a list of schemas is written prefixItems"),
        (##"{"items":1}"##, "/items: a schema is an object, true or false, found an integer"),
        (##"{"minLength":-1}"##, "/minLength: expected an integer of at least 0, found -1"),
        (##"{"maxItems":1.5}"##, "/maxItems: expected an integer of at least 0, found 1.5"),
        (##"{"multipleOf":0}"##, "/multipleOf: expected a number above 0, found 0"),
        (##"{"uniqueItems":1}"##, "/uniqueItems: expected true or false, found an integer"),
        (##"{"pattern":"("}"##, ##"/pattern: the pattern "(" has a ( that is not closed"##),
        (##"{"pattern":1}"##, "/pattern: expected a string, found an integer"),
        (##"{"patternProperties":{"[":{}}}"##, ##"/patternProperties/[: the pattern "[" has a [ that is not closed"##),
        (##"{"anyOf":[]}"##, "/anyOf: expected a list that is not empty"),
        (
            ##"{"anyOf":[{"type":1}]}"##,
            "/anyOf/0/type: 1 is no type, known are null, boolean, integer, number, string, array, object"
        ),
        (##"{"$ref":"#/$defs/a"}"##, ##"/$ref: $ref leads to nothing at "#/$defs/a""##),
        (##"{"$ref":"https://x"}"##, "/$ref: only references within the schema are known, such as #/$defs/name"),
        (
            ##"{"$defs":{"a":{"type":1}}}"##,
            "/$defs/a/type: 1 is no type, known are null, boolean, integer, number, string, array, object"
        ),
    ]

    @Test(arguments: refused) func saysWhereAValueIsNoSchema(_ schema: String, _ message: String) throws {
        let value = try JSONValue(parsing: schema)
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(value) }
        #expect(error?.description == "not a valid JSON Schema: \(message)")
    }

    @Test(.timeLimit(.minutes(20))) func boundsItsSteps() throws {
        var definitions: JSONObject = ["a40": false]
        for level in 0..<40 {
            let next: JSONValue = ["$ref": .string("#/$defs/a\(level + 1)")]
            definitions["a\(level)"] = ["anyOf": [next, next]]
        }
        let schema = try JSONSchema(["$ref": "#/$defs/a0", "$defs": .object(definitions)])
        #expect(schema.validate(1).map(\.message) == ["the value is too large to check"])
    }

    @Test func boundsItsFaults() throws {
        let schema = try JSONSchema(["items": ["type": "string"]])
        let faults = schema.validate(.array(Array(repeating: 1, count: 1_000)))
        #expect(faults.count == JSONSchema.maximumFaults)
    }

    @Test func readsPointers() {
        #expect(JSONPointer(parsing: "")?.tokens == [])
        #expect(JSONPointer(parsing: "/a/~01~1/")?.tokens == ["a", "~1/", ""])
        #expect(JSONPointer(parsing: "a") == nil)
        #expect(JSONPointer(parsing: "/~2") == nil)
        #expect(JSONPointer(parsing: "/~") == nil)
    }
}
