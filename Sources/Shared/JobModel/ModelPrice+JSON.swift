/// As prices are kept in the database, beside the calls they were applied to, and in the list that is shipped.
extension ModelPrice {
    /// The most tokens that a bound may name.
    private static let mostTokens: Int64 = 1_000_000_000

    package var json: JSONValue {
        var object = rates.json
        if let longContext {
            var long = longContext.rates.json
            long["above"] = .integer(Int64(longContext.above))
            object["long_context"] = .object(long)
        }
        if batchPercent != 100 { object["batch_percent"] = .integer(Int64(batchPercent)) }
        object["maximum_output"] = maximumOutput.map { .integer(Int64($0)) }
        object["context"] = context.map { .integer(Int64($0)) }
        object["tokens_per_image"] = tokensPerImage.map { .integer(Int64($0)) }
        return .object(object)
    }

    /// Reads what `json` wrote; nil where that is no price.
    package init?(json: JSONValue) {
        guard let rates = Rates(json: json) else { return nil }
        func tokens(_ key: String) -> Int?? {
            guard let value = json[key], !value.isNull else { return .some(nil) }
            guard let count = value.integerValue, (1...Self.mostTokens).contains(count) else { return nil }
            return Int(count)
        }
        guard let maximumOutput = tokens("maximum_output"), let context = tokens("context"),
            let tokensPerImage = tokens("tokens_per_image")
        else { return nil }
        let percent = json["batch_percent"].map(\.integerValue) ?? 100
        guard let percent, (1...100).contains(percent) else { return nil }
        var long: LongContext?
        if let given = json["long_context"], !given.isNull {
            guard let above = given["above"]?.integerValue, (1...Self.mostTokens).contains(above),
                let rates = Rates(json: given)
            else { return nil }
            long = LongContext(above: Int(above), rates: rates)
        }
        self.init(
            rates: rates,
            longContext: long,
            batchPercent: Int(percent),
            maximumOutput: maximumOutput,
            context: context,
            tokensPerImage: tokensPerImage
        )
    }
}

extension ModelPrice.Rates {
    /// The greatest price, in micro-dollars for a million tokens: 1,000,000 dollars.
    private static let greatest: Int64 = 1_000_000_000_000

    fileprivate var json: JSONObject {
        [
            "input": .integer(input), "cached_input": .integer(cachedInput), "cache_write": .integer(cacheWrite),
            "output": .integer(output), "reasoning": .integer(reasoning),
        ]
    }

    fileprivate init?(json: JSONValue) {
        func rate(_ key: String) -> Int64?? {
            guard let value = json[key], !value.isNull else { return .some(nil) }
            guard let rate = value.integerValue, (0...Self.greatest).contains(rate) else { return nil }
            return rate
        }
        guard let input = rate("input") ?? nil, let output = rate("output") ?? nil, let cached = rate("cached_input"),
            let written = rate("cache_write"), let reasoning = rate("reasoning")
        else { return nil }
        self.init(input: input, cachedInput: cached, cacheWrite: written, output: output, reasoning: reasoning)
    }
}
