/// A model's wish to have a tool run.
package struct ToolCall: Hashable, Sendable {
    /// The id under which the provider expects the result; unique within its answer.
    package var id: String
    /// The name of the tool, as the model wrote it.
    package var name: String
    /// What the tool is to be run with.
    package var arguments: ToolArguments

    /// A call made of its parts.
    package init(id: String, name: String, arguments: ToolArguments) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
