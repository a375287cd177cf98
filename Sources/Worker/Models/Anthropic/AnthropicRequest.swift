import JobModel

/// A request in the words of Anthropic Messages.
struct AnthropicRequest {
    let body: JSONValue

    init(_ request: ModelRequest, origin: ReasoningOrigin) throws(ModelError.Reason) {
        let model = AnthropicModel(request.model)
        var body = request.extra
        body["model"] = .string(request.model)
        let messages = try AnthropicMessages(request, origin: origin)
        body["messages"] = .array(messages.messages)
        var system = messages.system
        var maximum = request.maximumOutputTokens ?? model.defaultMaximumOutputTokens
        var output = JSONObject()
        if let schema = request.output {
            if model.takesSchema, schema.isStrict || schema.isClosed {
                output["format"] = ["type": "json_schema", "schema": schema.schema]
            } else {
                system.append(schema.instruction)
            }
        }
        let thinks = Self.thinks(request, origin)
        if thinks, let effort = request.reasoning {
            if model.thinksWithinBudget {
                // The thoughts count as a part of the answer.
                if request.maximumOutputTokens == nil { maximum += effort.budget }
                let budget = min(effort.budget, maximum - 1)
                if budget >= ReasoningEffort.minimal.budget {
                    body["thinking"] = ["type": "enabled", "budget_tokens": .integer(Int64(budget))]
                }
            } else {
                body["thinking"] = ["type": "adaptive"]
                output["effort"] = .string((effort == .minimal ? .low : effort).rawValue)
            }
        }
        if !output.isEmpty { body["output_config"] = .object(output) }
        // With thoughts, no other temperature than 1 is taken.
        if let temperature = request.temperature, body["thinking"] == nil {
            body["temperature"] = .number(min(temperature, 1))
        }
        body["max_tokens"] = .integer(Int64(maximum))
        if !system.isEmpty { body["system"] = Self.system(system, request.cache) }
        Self.addTools(of: request, to: &body)
        body["stream"] = true
        self.body = .object(body)
    }

    /// Whether the model is asked to think.
    ///
    /// Not between a call and its result when the call came without thoughts, as from another model: Anthropic refuses
    /// that.
    private static func thinks(_ request: ModelRequest, _ origin: ReasoningOrigin) -> Bool {
        guard let effort = request.reasoning, effort != .none else { return false }
        guard let last = request.messages.last(where: { $0.role == .assistant }), !last.toolCalls.isEmpty else {
            return true
        }
        return last.parts.contains { part in
            if case .reasoning(_, let opaque) = part { origin.unwrap(opaque) != nil } else { false }
        }
    }

    private static func system(_ texts: [String], _ cache: PromptCache) -> JSONValue {
        var blocks: [JSONValue] = texts.map { ["type": "text", "text": .string($0)] }
        if cache.marksPrefix { blocks[blocks.count - 1] = marked(blocks[blocks.count - 1]) }
        return .array(blocks)
    }

    /// A block with the mark that everything up to it is to be kept.
    static func marked(_ block: JSONValue) -> JSONValue {
        guard case .object(var members) = block else { return block }
        members["cache_control"] = ["type": "ephemeral"]
        return .object(members)
    }

    private static func addTools(of request: ModelRequest, to body: inout JSONObject) {
        guard !request.tools.isEmpty else { return }
        var tools: [JSONValue] = request.tools.map { tool in
            [
                "name": .string(tool.name), "description": .string(tool.description),
                "input_schema": tool.parameters,
            ]
        }
        if request.cache.marksPrefix { tools[tools.count - 1] = marked(tools[tools.count - 1]) }
        body["tools"] = .array(tools)
        var choice: JSONObject =
            switch request.toolChoice {
            case .automatic: ["type": "auto"]
            case .none: ["type": "none"]
            case .required: ["type": "any"]
            case .tool(let name): ["type": "tool", "name": .string(name)]
            }
        if request.toolChoice != .none, let isAllowed = request.allowsParallelToolCalls {
            choice["disable_parallel_tool_use"] = .bool(!isAllowed)
        }
        if request.toolChoice != .automatic || request.allowsParallelToolCalls != nil {
            body["tool_choice"] = .object(choice)
        }
    }
}
