package import JobModel

/// How many tokens an answer took.
///
/// What a provider reports is believed within bounds only: see `init(reportedInput:…)`.
package struct TokenUsage: Hashable, Sendable {
    /// The most tokens that one count may have: what is more is no count.
    package static let maximumCount = 1_000_000_000

    /// The tokens of the request, those read from a cache and those written to it included.
    package var input: Int
    /// Those tokens of the request that the provider read from its cache.
    package var cachedInput: Int
    /// Those tokens of the request that the provider wrote to its cache, where it bills for that.
    package var cacheWrite: Int
    /// The tokens of the answer, the reasoning included.
    package var output: Int
    /// Those tokens of the answer that were reasoning.
    package var reasoning: Int

    /// A usage made of its parts.
    package init(input: Int, cachedInput: Int = 0, cacheWrite: Int = 0, output: Int, reasoning: Int = 0) {
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
        self.reasoning = reasoning
    }

    /// A usage as a provider reports it, which may be wrong.
    ///
    /// Without both totals, or with one that is negative or beyond `maximumCount`, there is none: nobody knows what the
    /// answer took. A part that is missing or cannot be is counted as 0, and a part is never more than its total.
    package init?(
        reportedInput input: Int64?,
        cachedInput: Int64? = nil,
        cacheWrite: Int64? = nil,
        output: Int64?,
        reasoning: Int64? = nil
    ) {
        let possible = Int64(0)...Int64(Self.maximumCount)
        guard let input, let output, possible.contains(input), possible.contains(output) else { return nil }
        func part(_ count: Int64?, of total: Int64) -> Int { Int(min(max(count ?? 0, 0), total)) }
        self.input = Int(input)
        self.cachedInput = part(cachedInput, of: input)
        self.cacheWrite = part(cacheWrite, of: input - Int64(self.cachedInput))
        self.output = Int(output)
        self.reasoning = part(reasoning, of: output)
    }

    /// The sum of counts that a provider reports apart; nil when one of them cannot be.
    static func total(_ counts: Int64...) -> Int64? {
        guard counts.allSatisfy({ (0...Int64(maximumCount)).contains($0) }) else { return nil }
        return counts.reduce(0, +)
    }

    /// The usage as it is kept in checkpoints.
    package var json: JSONValue {
        [
            "input": .integer(Int64(input)), "cached_input": .integer(Int64(cachedInput)),
            "cache_write": .integer(Int64(cacheWrite)), "output": .integer(Int64(output)),
            "reasoning": .integer(Int64(reasoning)),
        ]
    }

    /// Reads what `json` wrote.
    package init(json: JSONValue) throws(ModelJSONError) { try self.init(JSONReading(json, at: "usage")) }

    init(_ reading: JSONReading) throws(ModelJSONError) {
        input = try reading.member("input").count()
        cachedInput = try reading.member("cached_input").count()
        // Checkpoints of earlier releases have none.
        cacheWrite = try reading.optional("cache_write")?.count() ?? 0
        output = try reading.member("output").count()
        reasoning = try reading.member("reasoning").count()
    }
}
