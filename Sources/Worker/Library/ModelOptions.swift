internal import JobModel

/// How a model answers.
public struct ModelOptions: Sendable {
    /// How much a model thinks.
    public enum Reasoning: String, Sendable {
        /// As its name says; what a model does not know, its provider refuses or leaves out.
        case none, minimal, low, medium, high
    }

    /// Which models are asked, in this order, when the first one cannot answer; at most 7.
    public var fallbacks: [String]
    /// How freely the model picks its words, 0 to 2; nil leaves it to the provider.
    public var temperature: Double?
    /// The longest answer, in tokens; nil leaves it to the provider.
    public var maximumOutputTokens: Int?
    /// How much the model thinks; nil leaves it to the provider.
    public var reasoning: Reasoning?

    /// By default everything is left to the provider.
    public init(
        fallbacks: [String] = [],
        temperature: Double? = nil,
        maximumOutputTokens: Int? = nil,
        reasoning: Reasoning? = nil
    ) {
        self.fallbacks = fallbacks
        self.temperature = temperature
        self.maximumOutputTokens = maximumOutputTokens
        self.reasoning = reasoning
    }

    func fields(model: String) -> JSONObject {
        var fields: JSONObject = ["model": .array(([model] + fallbacks).map { .string($0) })]
        fields["temperature"] = temperature.map { .number($0) }
        fields["max_output_tokens"] = maximumOutputTokens.map { .integer(Int64($0)) }
        fields["reasoning"] = reasoning.map { .string($0.rawValue) }
        return fields
    }
}
