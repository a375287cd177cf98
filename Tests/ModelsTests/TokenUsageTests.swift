import JobModel
import Models
import Testing

@Suite struct TokenUsageTests {
    @Test func readsWhatEarlierReleasesWrote() throws {
        let usage = try TokenUsage(json: ["input": 7, "cached_input": 5, "output": 3, "reasoning": 1])
        #expect(usage == TokenUsage(input: 7, cachedInput: 5, output: 3, reasoning: 1))
    }

    @Test(
        arguments: [
            (nil, 1), (1, nil), (-1, 1), (1, -1), (Int64.max, 1), (1, Int64.max), (1, 1_000_000_001), (Int64.min, 1),
        ] as [(Int64?, Int64?)]
    )
    func takesTotalsThatCannotBeForNone(_ input: Int64?, _ output: Int64?) {
        #expect(TokenUsage(reportedInput: input, output: output) == nil)
    }

    @Test(
        arguments: [
            (-5, 3, 900, TokenUsage(input: 10, cacheWrite: 3, output: 4, reasoning: 4)),
            (99, 99, -1, TokenUsage(input: 10, cachedInput: 10, output: 4)),
            (6, 99, 2, TokenUsage(input: 10, cachedInput: 6, cacheWrite: 4, output: 4, reasoning: 2)),
            (.min, .max, .max, TokenUsage(input: 10, cacheWrite: 10, output: 4, reasoning: 4)),
        ] as [(Int64, Int64, Int64, TokenUsage)]
    )
    func holdsPartsWithinTheirTotal(_ cached: Int64, _ written: Int64, _ reasoning: Int64, _ expected: TokenUsage) {
        let usage = TokenUsage(
            reportedInput: 10,
            cachedInput: cached,
            cacheWrite: written,
            output: 4,
            reasoning: reasoning
        )
        #expect(usage == expected)
    }

    @Test func believesUpToItsBound() {
        let most = TokenUsage.maximumCount
        #expect(
            TokenUsage(reportedInput: Int64(most), output: Int64(most)) == TokenUsage(input: most, output: most)
        )
    }
}
