package import JobModel

/// What an answer of Anthropic's took: it tells the input at the beginning of a stream and the output at its end.
package struct AnthropicUsage: Equatable, Sendable {
    private static let keys = [
        "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens",
    ]

    private var counts: [String: Int64] = [:]

    package init() {}

    /// Takes counts over, of which later ones are sums up to then; what is no count is left out.
    package mutating func add(_ usage: JSONValue?) {
        for key in Self.keys {
            if let count = usage?[key]?.integerValue { counts[key] = count }
        }
        if let thoughts = usage?["output_tokens_details"]?["thinking_tokens"]?.integerValue {
            counts["thinking_tokens"] = thoughts
        }
    }

    /// Nil where nobody knows.
    package var tokens: TokenUsage? {
        guard let fresh = counts["input_tokens"] else { return nil }
        let read = counts["cache_read_input_tokens"] ?? 0
        let written = counts["cache_creation_input_tokens"] ?? 0
        return TokenUsage(
            reportedInput: TokenUsage.total(fresh, read, written),
            cachedInput: read,
            cacheWrite: written,
            output: counts["output_tokens"],
            reasoning: counts["thinking_tokens"]
        )
    }
}
