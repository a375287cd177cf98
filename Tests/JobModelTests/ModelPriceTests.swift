import JobModel
import TestSupport
import Testing

@Suite struct ModelPriceTests {
    private static let price = ModelPrice(
        rates: .init(input: 3_000_000, cachedInput: 300_000, cacheWrite: 3_750_000, output: 15_000_000),
        longContext: .init(above: 1000, rates: .init(input: 6_000_000, output: 22_500_000)),
        batchPercent: 50
    )

    @Test(arguments: [
        (0, 0, 0, 0, 0), (1, 0, 0, 0, 3), (0, 0, 0, 1, 15), (100, 100, 0, 0, 30), (100, 40, 60, 0, 237),
        // Rounded up once: 0.3 and 0.3 of a micro-dollar are one.
        (1, 1, 0, 0, 1), (2, 2, 0, 0, 1),
        // Parts are never more than the whole, and nothing is less than nothing.
        (10, 99, 99, -5, 3), (-1, -1, -1, -1, 0),
        // A long request costs more, all of it.
        (1001, 0, 0, 10, 6231),
    ])
    func costsWholeMicroDollars(_ input: Int, _ cached: Int, _ written: Int, _ output: Int, _ cost: Int64) {
        let found = Self.price.cost(input: input, cachedInput: cached, cacheWrite: written, output: output)
        #expect(found.rawValue == cost)
    }

    @Test func costsLessInABatch() {
        #expect(Self.price.cost(input: 101, output: 1, isBatch: true).rawValue == 159)
    }

    /// Whatever a provider says, a sum stays a whole number.
    @Test func doesNotOverflow() {
        let dear = ModelPrice(input: 1_000_000_000_000, output: 1_000_000_000_000)
        #expect(dear.cost(input: .max, output: .max) == .most)
        #expect(dear.mostCost(input: .max, output: .max) == .most)
    }

    @Test func noCallCostsMoreThanTheMostItCan() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            func some() -> Int { Int.random(in: 0...3000, using: &generator) }
            let (input, output) = (some(), some())
            let cost = Self.price.cost(
                input: input,
                cachedInput: some(),
                cacheWrite: some(),
                output: output,
                reasoning: some()
            )
            let slack = Int.random(in: 0...500, using: &generator)
            #expect(cost <= Self.price.mostCost(input: input + slack, output: output + slack))
        }
    }

    @Test func readsWhatItWrote() {
        #expect(ModelPrice(json: Self.price.json) == Self.price)
        #expect(ModelPrice(json: ["input": 1, "output": -1]) == nil)
        #expect(ModelPrice(json: ["input": 1, "output": 1, "batch_percent": 0]) == nil)
        #expect(ModelPrice(json: ["input": 1]) == nil)
    }

    @Test(arguments: [
        ("2.50", 2_500_000), ("0", 0), ("0.000001", 1), ("1000000000", 1_000_000_000_000_000), ("3", 3_000_000),
    ])
    func readsDollars(_ text: String, _ amount: Int64) { #expect(MicroDollars(dollars: text)?.rawValue == amount) }

    @Test(arguments: ["", ".", "1.", ".5", "-1", "+1", "1e3", "1.0000001", "1000000001", "٣", "1,5", " 1", "0x1"])
    func readsNothingElseAsDollars(_ text: String) { #expect(MicroDollars(dollars: text) == nil) }
}
