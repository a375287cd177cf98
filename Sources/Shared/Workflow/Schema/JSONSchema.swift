package import JobModel

/// A JSON Schema: the part of draft 2020-12 that describes the shape of values.
///
/// Known are `type`, `enum`, `const`; `properties`, `required`, `additionalProperties`, `patternProperties`,
/// `propertyNames`, `minProperties`, `maxProperties`; `items`, `prefixItems`, `contains`, `minItems`, `maxItems`,
/// `uniqueItems`; `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`; `minLength`, `maxLength`,
/// `pattern` (see `TextPattern`); `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then`, `else`; and `$ref` to places of the
/// same schema. Every other keyword is ignored, `format` included.
package struct JSONSchema: Equatable, Sendable {
    /// The most steps of one validation: pairs of a value and a schema, and whatever takes as long to look at.
    package static let maximumSteps = 1_000_000
    /// The deepest nesting of schemas within schemas, references followed, that a validation goes into.
    package static let maximumDepth = 256
    /// The most faults that a validation reports.
    package static let maximumFaults = 50

    /// The schema as it is written.
    package let value: JSONValue
    /// Every schema that a validation may come to, by its place in `value`.
    let nodes: [JSONPointer: SchemaNode]

    /// Checks a schema.
    ///
    /// - Throws: `JSONSchemaError` when a known keyword has a value it cannot have, or a `$ref` leads nowhere.
    package init(_ value: JSONValue) throws(JSONSchemaError) {
        var compiler = SchemaCompiler(value)
        nodes = try compiler.compile()
        self.value = value
    }

    /// Returns how a value differs from what the schema asks for; nothing when it conforms.
    ///
    /// Bounded by `steps`, `maximumDepth` and `maximumFaults`; a value that cannot be decided within them does
    /// not conform.
    package func validate(_ value: JSONValue, steps: Int = JSONSchema.maximumSteps) -> [SchemaFault] {
        var validator = SchemaValidator(self, maximumSteps: steps)
        return validator.faults(of: value)
    }

    /// The schema of an object with any members.
    package static let anyObject = JSONSchema(
        value: ["type": "object"],
        nodes: [.root: SchemaNode(types: [.object])]
    )

    private init(value: JSONValue, nodes: [JSONPointer: SchemaNode]) {
        self.value = value
        self.nodes = nodes
    }

    package static func == (left: JSONSchema, right: JSONSchema) -> Bool { left.value == right.value }
}
