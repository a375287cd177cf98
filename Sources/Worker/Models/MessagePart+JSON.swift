package import JobModel

// The keys and values of this file are kept in every checkpoint: they may be added to, never changed.

extension MessagePart {
    private enum Kind: String, CaseIterable {
        case text, reasoning
        case toolCall = "tool_call"
        case toolResult = "tool_result"
    }

    /// The part as it is kept in checkpoints.
    package var json: JSONValue {
        var object = JSONObject()
        func kind(_ kind: Kind) { object["type"] = .string(kind.rawValue) }
        switch self {
        case .text(let text):
            kind(.text)
            object["text"] = .string(text)
        case .toolCall(let call):
            kind(.toolCall)
            object["id"] = .string(call.id)
            object["name"] = .string(call.name)
            switch call.arguments {
            case .json(let arguments): object["arguments"] = arguments
            case .invalid(let text): object["invalid_arguments"] = .string(text)
            }
        case .toolResult(let result):
            kind(.toolResult)
            object["call_id"] = .string(result.callID)
            object["text"] = .string(result.text)
            if result.isError { object["is_error"] = true }
        case .reasoning(let text, let opaque):
            kind(.reasoning)
            object["text"] = .string(text)
            object["opaque"] = opaque
        }
        return .object(object)
    }

    init(_ reading: JSONReading) throws(ModelJSONError) {
        switch try reading.member("type").choice(Kind.self) {
        case .text:
            self = .text(try reading.member("text").string())
        case .toolCall:
            let arguments: ToolArguments =
                if let invalid = reading.optional("invalid_arguments") {
                    .invalid(try invalid.string())
                } else if let arguments = reading.value["arguments"] {
                    .json(arguments)
                } else {
                    throw reading.member("arguments").fault("the arguments of the call")
                }
            self = .toolCall(
                ToolCall(
                    id: try reading.member("id").string(),
                    name: try reading.member("name").string(),
                    arguments: arguments
                )
            )
        case .toolResult:
            self = .toolResult(
                ToolResult(
                    callID: try reading.member("call_id").string(),
                    text: try reading.member("text").string(),
                    isError: try reading.optional("is_error")?.bool() ?? false
                )
            )
        case .reasoning:
            self = .reasoning(try reading.member("text").string(), opaque: reading.value["opaque"])
        }
    }
}
