import JobModel

/// A request in the words of Gemini.
struct GeminiRequest {
    let body: JSONValue

    init(_ request: ModelRequest, origin: ReasoningOrigin) throws(ModelError.Reason) {
        var body = request.extra
        var system = request.messages.filter { $0.role == .system }.map(\.text).filter { !$0.isEmpty }
        var settings = JSONObject()
        if let output = request.output {
            // Together with tools, most models refuse to be held to a schema.
            if request.tools.isEmpty {
                settings["responseMimeType"] = "application/json"
                settings["responseJsonSchema"] = output.schema
            } else {
                system.append(output.instruction)
            }
        }
        if !system.isEmpty {
            body["systemInstruction"] = ["parts": [["text": .string(system.joined(separator: "\n\n"))]]]
        }
        body["contents"] = .array(try GeminiContents(request.messages, origin: origin).contents)
        Self.addTools(of: request, to: &body)
        if let temperature = request.temperature { settings["temperature"] = .number(temperature) }
        if let tokens = request.maximumOutputTokens { settings["maxOutputTokens"] = .integer(Int64(tokens)) }
        if let seed = request.seed { settings["seed"] = .integer(seed) }
        if let effort = request.reasoning { settings["thinkingConfig"] = Self.thinking(effort, request.model) }
        if !settings.isEmpty { body["generationConfig"] = .object(settings) }
        self.body = .object(body)
    }

    /// Models before the third generation want a number of tokens, later ones a level.
    private static func thinking(_ effort: ReasoningEffort, _ model: String) -> JSONValue {
        if ["gemini-2", "gemini-1"].contains(where: { model.contains($0) }) {
            return ["thinkingBudget": .integer(Int64(effort.budget)), "includeThoughts": .bool(effort != .none)]
        }
        let level = effort == .none ? ReasoningEffort.minimal : effort
        return ["thinkingLevel": .string(level.rawValue), "includeThoughts": true]
    }

    private static func addTools(of request: ModelRequest, to body: inout JSONObject) {
        guard !request.tools.isEmpty else { return }
        let functions: [JSONValue] = request.tools.map { tool in
            [
                "name": .string(tool.name), "description": .string(tool.description),
                "parametersJsonSchema": tool.parameters,
            ]
        }
        body["tools"] = [["functionDeclarations": .array(functions)]]
        let choice: JSONValue? =
            switch request.toolChoice {
            case .automatic: nil
            case .none: ["mode": "NONE"]
            case .required: ["mode": "ANY"]
            case .tool(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
            }
        if let choice { body["toolConfig"] = ["functionCallingConfig": choice] }
    }
}
