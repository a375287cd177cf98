package import JobModel

/// How many tokens an answer took.
package struct TokenUsage: Hashable, Sendable {
    /// The tokens of the request, the cached ones included.
    package var input: Int
    /// Those tokens of the request that the provider read from its cache.
    package var cachedInput: Int
    /// The tokens of the answer, the reasoning included.
    package var output: Int
    /// Those tokens of the answer that were reasoning.
    package var reasoning: Int

    /// A usage made of its parts.
    package init(input: Int, cachedInput: Int = 0, output: Int, reasoning: Int = 0) {
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
        self.reasoning = reasoning
    }

    /// The usage as it is kept in checkpoints.
    package var json: JSONValue {
        [
            "input": .integer(Int64(input)), "cached_input": .integer(Int64(cachedInput)),
            "output": .integer(Int64(output)), "reasoning": .integer(Int64(reasoning)),
        ]
    }

    /// Reads what `json` wrote.
    package init(json: JSONValue) throws(ModelJSONError) { try self.init(JSONReading(json, at: "usage")) }

    init(_ reading: JSONReading) throws(ModelJSONError) {
        input = try reading.member("input").count()
        cachedInput = try reading.member("cached_input").count()
        output = try reading.member("output").count()
        reasoning = try reading.member("reasoning").count()
    }
}
