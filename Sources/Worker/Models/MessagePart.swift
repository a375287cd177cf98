package import JobModel

/// A piece of a message.
package enum MessagePart: Hashable, Sendable {
    /// Plain text; also the text of a refusal.
    case text(String)
    /// An image or a document; only in a user's message.
    case file(ModelFile)
    /// The model asks for a tool; only in an assistant's message.
    case toolCall(ToolCall)
    /// What a tool gave back; only in a tool's message.
    case toolResult(ToolResult)
    /// What the model thought. `opaque` is whatever the provider wants to have back unaltered, such as a signature, with
    /// its origin; nil for nothing. A provider that did not write it leaves it out.
    case reasoning(String, opaque: JSONValue?)
}
