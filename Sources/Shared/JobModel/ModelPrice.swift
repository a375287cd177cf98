/// What a model's tokens cost, each as micro-dollars for a million tokens, so that every price is a whole number.
///
/// A call's cost is rounded up to whole micro-dollars, once for the whole call.
package struct ModelPrice: Equatable, Sendable {
    /// A price as micro-dollars for a million tokens.
    package typealias MicroDollarsPerMillion = Int64

    /// What the tokens of a call cost.
    package struct Rates: Equatable, Sendable {
        /// Tokens of the request that were neither read from nor written to a cache.
        package var input: MicroDollarsPerMillion
        /// Tokens of the request that the provider read from its cache; the price of input where nobody said.
        package var cachedInput: MicroDollarsPerMillion
        /// Tokens of the request that the provider wrote to its cache; the price of input where nobody said.
        package var cacheWrite: MicroDollarsPerMillion
        /// Tokens of the answer that were no reasoning.
        package var output: MicroDollarsPerMillion
        /// Tokens of the answer that were reasoning; the price of output where nobody said.
        package var reasoning: MicroDollarsPerMillion

        package init(
            input: MicroDollarsPerMillion,
            cachedInput: MicroDollarsPerMillion? = nil,
            cacheWrite: MicroDollarsPerMillion? = nil,
            output: MicroDollarsPerMillion,
            reasoning: MicroDollarsPerMillion? = nil
        ) {
            self.input = input
            self.cachedInput = cachedInput ?? input
            self.cacheWrite = cacheWrite ?? input
            self.output = output
            self.reasoning = reasoning ?? output
        }
    }

    /// Other rates for requests with many tokens.
    package struct LongContext: Equatable, Sendable {
        /// Requests with more input tokens than this cost `rates`, all of their tokens.
        package var above: Int
        package var rates: Rates

        package init(above: Int, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }

    package var rates: Rates
    /// Nil where long requests cost no more.
    package var longContext: LongContext?
    /// What a call in a batch costs, in percent of the same call by itself; 1 to 100.
    package var batchPercent: Int
    /// The longest answer that the model can give, in tokens, reasoning included; nil where nobody said.
    package var maximumOutput: Int?
    /// The most tokens that a request may have; nil where nobody said.
    package var context: Int?
    /// The most tokens that the provider counts for one image; nil for the default, `CallBound.tokensPerImage`.
    package var tokensPerImage: Int?

    package init(
        rates: Rates,
        longContext: LongContext? = nil,
        batchPercent: Int = 100,
        maximumOutput: Int? = nil,
        context: Int? = nil,
        tokensPerImage: Int? = nil
    ) {
        self.rates = rates
        self.longContext = longContext
        self.batchPercent = batchPercent
        self.maximumOutput = maximumOutput
        self.context = context
        self.tokensPerImage = tokensPerImage
    }

    /// A price of the three rates that connections have always had.
    package init(
        input: MicroDollarsPerMillion,
        cachedInput: MicroDollarsPerMillion? = nil,
        output: MicroDollarsPerMillion
    ) {
        self.init(rates: Rates(input: input, cachedInput: cachedInput, output: output))
    }

    /// What a call cost, rounded up to whole micro-dollars.
    ///
    /// Counts that cannot be are held within their bounds, and no product overflows.
    ///
    /// - Parameters:
    ///   - input: All input tokens, those read from or written to the provider's cache included.
    ///   - cachedInput: How many of them came from the cache.
    ///   - cacheWrite: How many of them were written to it.
    ///   - output: All output tokens, the reasoning included.
    ///   - reasoning: How many of them were reasoning.
    package func cost(
        input: Int,
        cachedInput: Int = 0,
        cacheWrite: Int = 0,
        output: Int,
        reasoning: Int = 0,
        isBatch: Bool = false
    ) -> MicroDollars {
        let input = max(input, 0)
        let cached = min(max(cachedInput, 0), input)
        let written = min(max(cacheWrite, 0), input - cached)
        let output = max(output, 0)
        let thought = min(max(reasoning, 0), output)
        let rates = longContext.map { input > $0.above ? $0.rates : self.rates } ?? self.rates
        var total = Int128(input - cached - written) * Int128(rates.input)
        total += Int128(cached) * Int128(rates.cachedInput)
        total += Int128(written) * Int128(rates.cacheWrite)
        total += Int128(output - thought) * Int128(rates.output)
        total += Int128(thought) * Int128(rates.reasoning)
        return Self.rounded(total, percent: isBatch ? batchPercent : 100)
    }

    /// The most that a call can cost whose tokens are bounded.
    ///
    /// It counts every token at the dearest rate it may come to, and for a long request where it may be one.
    package func mostCost(input: Int, output: Int, isBatch: Bool = false) -> MicroDollars {
        func most(_ rates: Rates) -> Int128 {
            Int128(max(input, 0)) * Int128(max(rates.input, rates.cachedInput, rates.cacheWrite))
                + Int128(max(output, 0)) * Int128(max(rates.output, rates.reasoning))
        }
        let long = longContext.flatMap { input > $0.above ? most($0.rates) : nil } ?? 0
        return Self.rounded(max(most(rates), long), percent: isBatch ? batchPercent : 100)
    }

    /// Micro-dollars times a million, as whole micro-dollars, rounded up.
    private static func rounded(_ total: Int128, percent: Int) -> MicroDollars {
        let micro = (total * Int128(percent) + 99_999_999) / 100_000_000
        return MicroDollars(rawValue: Int64(min(micro, Int128(MicroDollars.most.rawValue))))
    }
}
