import JobModel

/// A request in the words of Chat Completions.
struct OpenAIChatRequest {
    let body: JSONValue

    init(_ request: ModelRequest, kind: ModelEndpoint.Kind) {
        var body = request.extra
        body["model"] = .string(request.model)
        body["messages"] = .array(request.messages.flatMap(Self.messages))
        Self.addTools(of: request, to: &body)
        if let output = request.output { body["response_format"] = Self.format(output) }
        if let temperature = request.temperature { body["temperature"] = .number(temperature) }
        if let tokens = request.maximumOutputTokens {
            // OpenAI's reasoning models refuse the old name, many others do not know the new one.
            body[kind == .openAI ? "max_completion_tokens" : "max_tokens"] = .integer(Int64(tokens))
        }
        if let seed = request.seed { body["seed"] = .integer(seed) }
        body["stream"] = true
        body["stream_options"] = ["include_usage": true]
        // Only the first choice is read; more would be paid for nothing.
        body["n"] = nil
        self.body = .object(body)
    }

    private static func addTools(of request: ModelRequest, to body: inout JSONObject) {
        guard !request.tools.isEmpty else { return }
        body["tools"] = .array(request.tools.map { ["type": "function", "function": $0.json] })
        switch request.toolChoice {
        case .automatic: break
        case .none: body["tool_choice"] = "none"
        case .required: body["tool_choice"] = "required"
        case .tool(let name): body["tool_choice"] = ["type": "function", "function": ["name": .string(name)]]
        }
        if let isAllowed = request.allowsParallelToolCalls { body["parallel_tool_calls"] = .bool(isAllowed) }
    }

    private static func format(_ output: OutputSchema) -> JSONValue {
        ["type": "json_schema", "json_schema": output.json]
    }

    /// A message becomes one of theirs, and each tool result in it one more.
    private static func messages(_ message: ModelMessage) -> [JSONValue] {
        var texts: [String] = []
        var calls: [JSONValue] = []
        var results: [JSONValue] = []
        for part in message.parts {
            switch part {
            case .text(let text): texts.append(text)
            case .toolCall(let call): calls.append(Self.call(call))
            case .toolResult(let result):
                results.append([
                    "role": "tool", "tool_call_id": .string(result.callID), "content": .string(result.text),
                ])
            // Chat Completions takes no reasoning back.
            case .reasoning: break
            }
        }
        if texts.isEmpty, calls.isEmpty, !results.isEmpty { return results }
        var object: JSONObject = ["role": .string(message.role.rawValue), "content": content(texts, calls)]
        if !calls.isEmpty { object["tool_calls"] = .array(calls) }
        return results + [.object(object)]
    }

    private static func content(_ texts: [String], _ calls: [JSONValue]) -> JSONValue {
        switch texts.count {
        case 0: calls.isEmpty ? "" : .null
        case 1: .string(texts[0])
        default: .array(texts.map { ["type": "text", "text": .string($0)] })
        }
    }

    private static func call(_ call: ToolCall) -> JSONValue {
        let arguments: JSONValue =
            switch call.arguments {
            case .json(let arguments): arguments
            // Some providers refuse a conversation with arguments that are no JSON, so what the model wrote is wrapped.
            case .invalid(let text): ["invalid_json": .string(text)]
            }
        return [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(arguments.text())],
        ]
    }
}
