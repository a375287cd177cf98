import JobModel
import Models

extension ModelPrice {
    /// What a call cost that took so much.
    func cost(of usage: TokenUsage) -> MicroDollars {
        cost(
            input: usage.input,
            cachedInput: usage.cachedInput,
            cacheWrite: usage.cacheWrite,
            output: usage.output,
            reasoning: usage.reasoning
        )
    }
}
