import JobModel
import Workflow

extension FuzzTarget {
    /// The compiler of JSON Schemas, and what is checked with them: an array of a schema and a value.
    static let schema = FuzzTarget(
        name: "schema",
        seeds: {
            [
                #"[{"type":"object","properties":{"a":{"type":["integer","null"],"minimum":1}},"required":["a"]},{"a":0}]"#,
                ##"[{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[{"type":"string"},{"items":{"$ref":"#/$defs/n"}}]}}},[["x"]]]"##,
                #"[{"patternProperties":{"^a":{"multipleOf":0.1}},"additionalProperties":false,"uniqueItems":true},{"a":0.3}]"#,
                #"[{"if":{"const":1},"then":{"not":{}},"else":{"oneOf":[true,false]},"propertyNames":{"pattern":"x"}},{"b":1}]"#,
            ].map { Array($0.utf8) } + EarlierFinding.schema
        },
        words: GeneratedSchema.keywords.map { "\"\($0)\":" } + [
            "{}", "[]", "true", "false", ",", "#/", "#", "{", "}", "[", "]",
        ],
        generate: { generator in
            let schema = GeneratedSchema.schema(depth: 5, &generator)
            return JSONValue.array([schema, GeneratedSchema.subject(&generator)]).encoded()
        },
        read: { input in
            guard let pair = try? JSONValue(parsing: input), let schema = pair[0], let value = pair[1] else {
                return "no pair"
            }
            let compiled: JSONSchema
            do throws(JSONSchemaError) {
                compiled = try JSONSchema(schema)
            } catch {
                return outcome(error.reason)
            }
            let faults = compiled.validate(value)
            require(faults.count <= JSONSchema.maximumFaults, "\(faults.count) faults")
            require(faults.allSatisfy { $0.message.utf8.count < 20_000 }, "a message that is too long")
            return faults.first.map { outcome($0.message) } ?? "conforms"
        }
    )
}
