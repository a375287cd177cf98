/// Why a value is no schema, and where.
package struct JSONSchemaError: Error, Equatable, CustomStringConvertible {
    /// The part of the schema that is wrong.
    package let path: JSONPointer
    /// What is wrong with it, in lower case.
    package let reason: String

    package var description: String {
        "not a valid JSON Schema: \(path.tokens.isEmpty ? "" : "\(path): ")\(reason)"
    }
}
