import JobModel

/// A tool call whose arguments are still coming.
struct ToolCallDraft: Equatable {
    var id: String
    var name: String
    var arguments = ""

    /// The most tool calls of one answer.
    static let maximumCount = 256

    var call: ToolCall { ToolCall(id: id, name: name, arguments: ToolArguments(text: arguments)) }
}

extension ToolCall {
    /// The arguments as a JSON object, which is all that most providers take.
    ///
    /// What the model wrote may be no JSON, or another value: then it is wrapped.
    var argumentsObject: JSONValue {
        switch arguments {
        case .json(let value): value.objectValue == nil ? ["value": value] : value
        case .invalid(let text): ["invalid_json": .string(text)]
        }
    }
}
