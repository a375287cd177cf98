/// One way in which a value differs from what a schema asks for.
package struct SchemaFault: Equatable, Sendable, CustomStringConvertible {
    /// The part of the value that differs.
    package let path: JSONPointer
    /// How it differs, in lower case.
    package let message: String

    /// The fault with its place: `/risk: "huge" is none of "low", "high"`.
    package var description: String { path.tokens.isEmpty ? message : "\(path): \(message)" }
}
