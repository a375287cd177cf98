package import JobModel

/// The arguments that a model wrote for a tool.
package enum ToolArguments: Hashable, Sendable {
    /// What the model wrote is JSON; whether it fits the tool's schema is another question.
    case json(JSONValue)
    /// What the model wrote is no JSON, or nested too deep to be recorded: the text as it came, to be shown to the model.
    case invalid(String)

    /// Reads what a model wrote; nothing at all stands for no arguments.
    package init(text: String) {
        guard text.contains(where: { !$0.isWhitespace }) else {
            self = .json([:])
            return
        }
        do {
            let value = try JSONValue(parsing: text)
            self = value.isNested(deeperThan: JSONValue.maximumForeignDepth) ? .invalid(text) : .json(value)
        } catch {
            self = .invalid(text)
        }
    }
}
