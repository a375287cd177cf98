package import JobModel

/// What answers took as providers report it, each in words of its own.
extension TokenUsage {
    /// As `usage` of Chat Completions says it, and of whoever speaks that.
    package init?(chat usage: JSONValue?) {
        let details = usage?["prompt_tokens_details"]
        self.init(
            reportedInput: usage?["prompt_tokens"]?.integerValue,
            cachedInput: details?["cached_tokens"]?.integerValue ?? usage?["prompt_cache_hit_tokens"]?.integerValue,
            cacheWrite: details?["cache_write_tokens"]?.integerValue,
            output: usage?["completion_tokens"]?.integerValue,
            reasoning: usage?["completion_tokens_details"]?["reasoning_tokens"]?.integerValue
        )
    }

    /// As `usage` of embeddings says it, which have no output.
    package init?(embeddings usage: JSONValue?) {
        self.init(reportedInput: usage?["prompt_tokens"]?.integerValue, output: 0)
    }

    /// As `usage` of a response says it.
    package init?(responses usage: JSONValue?) {
        self.init(
            reportedInput: usage?["input_tokens"]?.integerValue,
            cachedInput: usage?["input_tokens_details"]?["cached_tokens"]?.integerValue,
            cacheWrite: usage?["input_tokens_details"]?["cache_write_tokens"]?.integerValue,
            output: usage?["output_tokens"]?.integerValue,
            reasoning: usage?["output_tokens_details"]?["reasoning_tokens"]?.integerValue
        )
    }

    /// As `usageMetadata` of Gemini says it, which names no output where there is none.
    package init?(gemini usage: JSONValue?) {
        func count(_ key: String) -> Int64? { usage?[key]?.integerValue }
        guard let input = count("promptTokenCount") else { return nil }
        let thoughts = count("thoughtsTokenCount") ?? 0
        self.init(
            reportedInput: Self.total(input, count("toolUsePromptTokenCount") ?? 0),
            cachedInput: count("cachedContentTokenCount"),
            output: Self.total(count("candidatesTokenCount") ?? 0, thoughts),
            reasoning: thoughts
        )
    }
}
