import JobModel

/// A request in the words of Bedrock's Converse.
struct BedrockRequest {
    let body: JSONValue

    private static let cachePoint: JSONValue = ["cachePoint": ["type": "default"]]

    init(_ request: ModelRequest, origin: ReasoningOrigin) throws(ModelError.Reason) {
        var body = request.extra
        let caches = request.cache.marksPrefix && AnthropicModel(request.model).cachesOnBedrock
        var system = request.messages.filter { $0.role == .system }.map(\.text).filter { !$0.isEmpty }
        if let output = request.output { system.append(output.instruction) }
        if !system.isEmpty {
            body["system"] = .array(system.map { ["text": .string($0)] } + (caches ? [Self.cachePoint] : []))
        }
        body["messages"] = .array(try Self.messages(request.messages, caches: caches, origin))
        var settings = JSONObject()
        var maximum = request.maximumOutputTokens
        if let thinking = Self.thinking(request, origin, &maximum) {
            body["additionalModelRequestFields"] = thinking
        } else if let temperature = request.temperature {
            settings["temperature"] = .number(min(temperature, 1))
        }
        if let maximum { settings["maxTokens"] = .integer(Int64(maximum)) }
        if !settings.isEmpty { body["inferenceConfig"] = .object(settings) }
        if !request.tools.isEmpty { body["toolConfig"] = Self.tools(of: request) }
        self.body = .object(body)
    }

    /// How a model is asked to think, in the words of its maker.
    private static func thinking(
        _ request: ModelRequest,
        _ origin: ReasoningOrigin,
        _ maximum: inout Int?
    ) -> JSONValue? {
        guard let effort = request.reasoning, effort != .none else { return nil }
        guard request.model.contains("claude") else { return ["reasoning_effort": .string(effort.rawValue)] }
        if let last = request.messages.last(where: { $0.role == .assistant }), !last.toolCalls.isEmpty {
            // Between a call and its result only where the call came with thoughts.
            let hasThoughts = last.parts.contains { part in
                if case .reasoning(_, let opaque) = part { origin.unwrap(opaque) != nil } else { false }
            }
            guard hasThoughts else { return nil }
        }
        let model = AnthropicModel(request.model)
        guard model.thinksWithinBudget else {
            let level = effort == .minimal ? ReasoningEffort.low : effort
            return ["thinking": ["type": "adaptive"], "output_config": ["effort": .string(level.rawValue)]]
        }
        let most = maximum ?? model.defaultMaximumOutputTokens + effort.budget
        maximum = most
        let budget = min(effort.budget, most - 1)
        guard budget >= ReasoningEffort.minimal.budget else { return nil }
        return ["thinking": ["type": "enabled", "budget_tokens": .integer(Int64(budget))]]
    }

    private static func tools(of request: ModelRequest) -> JSONValue {
        var config: JSONObject = [
            "tools": .array(
                request.tools.map { tool in
                    [
                        "toolSpec": [
                            "name": .string(tool.name),
                            // An empty description is refused.
                            "description": .string(tool.description.isEmpty ? tool.name : tool.description),
                            "inputSchema": ["json": tool.parameters],
                        ]
                    ]
                }
            )
        ]
        switch request.toolChoice {
        // There is no word for none.
        case .automatic, .none: break
        case .required: config["toolChoice"] = ["any": [:]]
        case .tool(let name): config["toolChoice"] = ["tool": ["name": .string(name)]]
        }
        return .object(config)
    }

    /// The conversation; roles must take turns.
    private static func messages(
        _ messages: [ModelMessage],
        caches: Bool,
        _ origin: ReasoningOrigin
    ) throws(ModelError.Reason) -> [JSONValue] {
        var turns: [(role: String, blocks: [JSONValue])] = []
        for message in messages where message.role != .system {
            let blocks = try BedrockBlocks(message, origin).blocks
            let role = message.role == .assistant ? "assistant" : "user"
            if blocks.isEmpty { continue }
            if let last = turns.last, last.role == role {
                turns[turns.count - 1].blocks += blocks
            } else {
                turns.append((role, blocks))
            }
        }
        if caches, let last = turns.last, last.role == "user" { turns[turns.count - 1].blocks.append(cachePoint) }
        return turns.map { ["role": .string($0.role), "content": .array($0.blocks)] }
    }
}
