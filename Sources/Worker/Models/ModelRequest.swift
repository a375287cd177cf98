package import JobModel

/// One question to a model, in no provider's words.
package struct ModelRequest: Hashable, Sendable {
    /// The model's name, as its provider knows it.
    package var model: String
    /// The conversation so far.
    package var messages: [ModelMessage]
    /// The tools the model may call; by default none.
    package var tools: [ToolDefinition] = []
    /// Whether it has to call one.
    ///
    /// By default it decides. Of no account without tools.
    package var toolChoice = ToolChoice.automatic
    /// Whether the model may call several tools at once.
    ///
    /// Nil, the default, leaves it to the provider. Of no account without tools.
    package var allowsParallelToolCalls: Bool?
    /// The shape of the answer; nil, the default, for free text.
    package var output: OutputSchema?
    /// How much chance is in the answer; nil, the default, leaves it to the provider.
    package var temperature: Double?
    /// The most tokens the answer may have, reasoning included; nil, the default, leaves it to the provider.
    package var maximumOutputTokens: Int?
    /// A number that makes the answer repeatable where the provider can; nil, the default, for none.
    package var seed: Int64?
    /// How much the model thinks before it answers; nil, the default, leaves it to the provider.
    package var reasoning: ReasoningEffort?
    /// How the provider's cache of prompts is used; of no account to the answer, and no part of the fingerprint.
    package var cache = PromptCache()
    /// Further members of the provider's request, passed on as they are; those the machine sets itself win.
    package var extra: JSONObject = [:]

    /// A request with every setting at its default.
    package init(model: String, messages: [ModelMessage], tools: [ToolDefinition] = []) {
        self.model = model
        self.messages = messages
        self.tools = tools
    }

    /// Everything that decides the answer, and nothing that changes from one try to the next.
    ///
    /// This is what a fingerprint is made of, together with the connection. A setting that is not set is left out, so
    /// that a setting added later changes no fingerprint.
    package var fingerprintFields: JSONValue {
        var object: JSONObject = ["model": .string(model), "messages": .array(messages.map(\.json))]
        if !tools.isEmpty {
            object["tools"] = .array(tools.map(\.json))
            if toolChoice != .automatic { object["tool_choice"] = toolChoice.json }
            object["parallel_tool_calls"] = allowsParallelToolCalls.map { .bool($0) }
        }
        object["output"] = output?.json
        object["temperature"] = temperature.map { .number($0) }
        object["maximum_output_tokens"] = maximumOutputTokens.map { .integer(Int64($0)) }
        object["seed"] = seed.map { .integer($0) }
        object["reasoning"] = reasoning.map { .string($0.rawValue) }
        if !extra.isEmpty { object["extra"] = .object(extra) }
        return .object(object)
    }
}
