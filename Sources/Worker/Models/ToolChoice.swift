import JobModel

/// Whether the model has to call a tool.
package enum ToolChoice: Hashable, Sendable {
    /// The model decides.
    case automatic
    /// The model must not call a tool.
    case none
    /// The model must call a tool, whichever.
    case required
    /// The model must call the tool of this name.
    case tool(String)

    var json: JSONValue {
        switch self {
        case .automatic: "automatic"
        case .none: "none"
        case .required: "required"
        case .tool(let name): ["tool": .string(name)]
        }
    }
}
