/// What a tool gave back for one call.
package struct ToolResult: Hashable, Sendable {
    /// The id of the call.
    package var callID: String
    /// The result, or what went wrong, as the model is to read it.
    package var text: String
    /// Whether the tool did not do what was asked; by default false.
    package var isError: Bool

    /// A result made of its parts.
    package init(callID: String, text: String, isError: Bool = false) {
        self.callID = callID
        self.text = text
        self.isError = isError
    }
}
