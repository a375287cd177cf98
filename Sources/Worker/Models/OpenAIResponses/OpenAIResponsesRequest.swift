import JobModel

/// A request in the words of OpenAI Responses.
struct OpenAIResponsesRequest {
    let body: JSONValue

    init(_ request: ModelRequest, origin: ReasoningOrigin) throws(ModelError.Reason) {
        var body = request.extra
        body["model"] = .string(request.model)
        let system = request.messages.filter { $0.role == .system }.map(\.text).filter { !$0.isEmpty }
        if !system.isEmpty { body["instructions"] = .string(system.joined(separator: "\n\n")) }
        var input: [JSONValue] = []
        for message in request.messages where message.role != .system {
            input += try Self.items(message, origin)
        }
        body["input"] = .array(input)
        if let output = request.output {
            body["text"] = [
                "format": [
                    "type": "json_schema", "name": .string(output.name), "schema": output.schema,
                    "strict": .bool(output.isStrict),
                ]
            ]
        }
        Self.addTools(of: request, to: &body)
        if let temperature = request.temperature { body["temperature"] = .number(temperature) }
        if let tokens = request.maximumOutputTokens { body["max_output_tokens"] = .integer(Int64(tokens)) }
        if let effort = request.reasoning { body["reasoning"] = ["effort": .string(effort.rawValue)] }
        if let key = request.cache.key { body["prompt_cache_key"] = .string(key) }
        // Nothing is kept there, so the thoughts come along, encrypted, to be given back.
        body["store"] = false
        if request.reasoning != nil || Self.thinks(request.model) {
            body["include"] = ["reasoning.encrypted_content"]
        }
        body["stream"] = true
        self.body = .object(body)
    }

    /// Whether a model thinks by itself; others refuse to be asked for their thoughts.
    private static func thinks(_ model: String) -> Bool {
        let name = model.split(separator: "/").last ?? ""
        let isNumbered = name.first == "o" && name.dropFirst().first?.isNumber == true
        return isNumbered || name.hasPrefix("gpt-5") && !name.contains("chat")
    }

    private static func addTools(of request: ModelRequest, to body: inout JSONObject) {
        guard !request.tools.isEmpty else { return }
        body["tools"] = .array(
            request.tools.map { tool in
                [
                    "type": "function", "name": .string(tool.name), "description": .string(tool.description),
                    "parameters": tool.parameters, "strict": false,
                ]
            }
        )
        switch request.toolChoice {
        case .automatic: break
        case .none: body["tool_choice"] = "none"
        case .required: body["tool_choice"] = "required"
        case .tool(let name): body["tool_choice"] = ["type": "function", "name": .string(name)]
        }
        if let isAllowed = request.allowsParallelToolCalls { body["parallel_tool_calls"] = .bool(isAllowed) }
    }

    /// A message becomes items of theirs, in its own order.
    private static func items(
        _ message: ModelMessage,
        _ origin: ReasoningOrigin
    ) throws(ModelError.Reason) -> [JSONValue] {
        var items: [JSONValue] = []
        var content: [JSONValue] = []
        func endMessage() {
            guard !content.isEmpty else { return }
            items.append([
                "type": "message", "role": .string(message.role.rawValue), "content": .array(content),
            ])
            content = []
        }
        for part in message.parts {
            switch part {
            case .text(let text):
                let type: JSONValue = message.role == .assistant ? "output_text" : "input_text"
                if !text.isEmpty { content.append(["type": type, "text": .string(text)]) }
            case .file(let file): content.append(try Self.file(file))
            case .toolCall(let call):
                endMessage()
                items.append([
                    "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                    "arguments": .string(call.argumentsObject.text()),
                ])
            case .toolResult(let result):
                endMessage()
                items.append([
                    "type": "function_call_output", "call_id": .string(result.callID), "output": .string(result.text),
                ])
            case .reasoning(_, let opaque):
                guard let item = origin.unwrap(opaque) else { continue }
                endMessage()
                items.append(item)
            }
        }
        endMessage()
        return items
    }

    private static func file(_ file: ModelFile) throws(ModelError.Reason) -> JSONValue {
        if file.isImage { return ["type": "input_image", "image_url": .string(try file.dataURL())] }
        if case .url(let url) = file.content { return ["type": "input_file", "file_url": .string(url)] }
        if let text = file.titledText { return ["type": "input_text", "text": .string(text)] }
        return [
            "type": "input_file", "filename": .string(file.name ?? "file"), "file_data": .string(try file.dataURL()),
        ]
    }
}
