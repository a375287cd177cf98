package import JobModel

/// The shape that the model's answer must have.
package struct OutputSchema: Hashable, Sendable {
    /// A name for it: letters, digits, `_` and `-`, at most 64.
    package var name: String
    /// The JSON Schema.
    package var schema: JSONValue
    /// Whether the provider is to force the answer into the schema.
    ///
    /// By default false, since providers refuse many a schema in that mode. The answer has to be checked either way.
    package var isStrict: Bool

    /// A schema with its name.
    package init(name: String, schema: JSONValue, isStrict: Bool = false) {
        self.name = name
        self.schema = schema
        self.isStrict = isStrict
    }

    /// What a model is told of the shape where its provider cannot be.
    var instruction: String {
        "Answer with JSON alone, without a code fence and without any other text. It must fit this JSON Schema:\n"
            + schema.text()
    }

    var json: JSONValue { ["name": .string(name), "schema": schema, "strict": .bool(isStrict)] }
}
