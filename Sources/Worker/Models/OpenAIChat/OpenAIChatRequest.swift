import JobModel

/// A request in the words of Chat Completions.
struct OpenAIChatRequest {
    let body: JSONValue

    init(_ request: ModelRequest, kind: ModelEndpoint.Kind, origin: ReasoningOrigin) throws(ModelError.Reason) {
        var body = request.extra
        body["model"] = .string(request.model)
        var messages: [JSONValue] = []
        for message in request.messages { messages += try Self.messages(message, origin) }
        body["messages"] = .array(messages)
        Self.addTools(of: request, to: &body)
        if let output = request.output { body["response_format"] = Self.format(output) }
        if let temperature = request.temperature { body["temperature"] = .number(temperature) }
        if let tokens = request.maximumOutputTokens {
            // OpenAI's reasoning models refuse the old name, many others do not know the new one.
            body[kind == .openAICompatible ? "max_tokens" : "max_completion_tokens"] = .integer(Int64(tokens))
        }
        if let seed = request.seed { body["seed"] = .integer(seed) }
        if let effort = request.reasoning { body["reasoning_effort"] = .string(effort.rawValue) }
        // Others refuse what they do not know.
        if kind == .openAI, let key = request.cache.key { body["prompt_cache_key"] = .string(key) }
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
    private static func messages(
        _ message: ModelMessage,
        _ origin: ReasoningOrigin
    ) throws(ModelError.Reason) -> [JSONValue] {
        var content: [JSONValue] = []
        var calls: [JSONValue] = []
        var results: [JSONValue] = []
        var thoughts: JSONObject = [:]
        for part in message.parts {
            switch part {
            case .text(let text): content.append(["type": "text", "text": .string(text)])
            case .file(let file): content.append(try Self.file(file))
            case .toolCall(let call): calls.append(Self.call(call))
            case .toolResult(let result):
                results.append([
                    "role": "tool", "tool_call_id": .string(result.callID), "content": .string(result.text),
                ])
            case .reasoning(let text, let opaque):
                guard let opaque = origin.unwrap(opaque) else { continue }
                if opaque["field"] == "reasoning_content" { thoughts["reasoning_content"] = .string(text) }
                thoughts["reasoning_details"] = opaque["reasoning_details"]
            }
        }
        if content.isEmpty, calls.isEmpty, !results.isEmpty { return results }
        var object: JSONObject = [
            "role": .string(message.role.rawValue), "content": Self.content(content, hasCalls: !calls.isEmpty),
        ]
        // Between a call and its result alone: some refuse it elsewhere.
        if !calls.isEmpty {
            object["tool_calls"] = .array(calls)
            object["reasoning_content"] = thoughts["reasoning_content"]
        }
        object["reasoning_details"] = thoughts["reasoning_details"]
        return results + [.object(object)]
    }

    private static func content(_ parts: [JSONValue], hasCalls: Bool) -> JSONValue {
        guard let first = parts.first else { return hasCalls ? .null : "" }
        if parts.count == 1, first["type"] == "text", let text = first["text"] { return text }
        return .array(parts)
    }

    private static func file(_ file: ModelFile) throws(ModelError.Reason) -> JSONValue {
        if file.isImage { return ["type": "image_url", "image_url": ["url": .string(try file.dataURL())]] }
        if let text = file.titledText { return ["type": "text", "text": .string(text)] }
        if case .url = file.content {
            throw .invalidRequest("Chat Completions takes the address of an image alone, not of another file")
        }
        return [
            "type": "file",
            "file": ["filename": .string(file.name ?? "file"), "file_data": .string(try file.dataURL())],
        ]
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
