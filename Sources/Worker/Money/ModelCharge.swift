import JobModel
import Models
import Storage

/// What a call to a model may cost, and by what price it is settled.
struct ModelCharge: Equatable, Sendable {
    /// The name of the connection.
    let connection: String
    let model: String
    let price: ModelPrice?
    /// The most that the call can cost; nil where nobody knows.
    let most: MicroDollars?
    /// Why nobody knows, with the way out; empty where it is known.
    let fault: String
    /// Whether the call is one of a batch.
    let isBatch: Bool

    /// What a call was reserved with before.
    init(connection: String, model: String, price: ModelPrice?, most: MicroDollars, isBatch: Bool) {
        self.connection = connection
        self.model = model
        self.price = price
        self.most = most
        self.isBatch = isBatch
        fault = ""
    }

    /// - Parameter isBatch: Whether the call is one of a batch.
    init(connection: String, model: String, price: ModelPrice?, bound: CallBound, isBatch: Bool = false) {
        self.connection = connection
        self.model = model
        self.price = price
        self.isBatch = isBatch
        guard let price else {
            most = nil
            fault =
                "the price of \(model) is not known; set it with: chassis prices set \(connection)/\(model) --input USD "
                + "--output USD (dollars for a million tokens), or under prices of the connection \(connection)"
            return
        }
        guard let output = bound.output else {
            most = nil
            fault =
                "the longest answer of \(model) is not known; set max_output_tokens in the workflow, or "
                + "--max-output with: chassis prices set \(connection)/\(model)"
            return
        }
        guard let input = bound.input else {
            most = nil
            fault =
                "the request holds a document and the context of \(model) is not known; set --context with: "
                + "chassis prices set \(connection)/\(model)"
            return
        }
        most = price.mostCost(input: input, output: output, isBatch: isBatch)
        fault = ""
    }

    /// What a call cost by the provider's own account; nil when that says nothing that can be, or without a price.
    func cost(of usage: TokenUsage?) -> MicroDollars? {
        // No request has no tokens.
        guard let price, let usage, usage.input > 0 else { return nil }
        return price.cost(
            input: usage.input,
            cachedInput: usage.cachedInput,
            cacheWrite: usage.cacheWrite,
            output: usage.output,
            reasoning: usage.reasoning,
            isBatch: isBatch
        )
    }

    /// The result of the call with what it cost.
    ///
    /// Where the provider said nothing of its usage, it counts as the most it can have cost, without a usage: so the
    /// ledger knows that it is estimated.
    func settled(_ result: StepResult) -> StepResult {
        var result = result
        // What does not read as a usage says nothing.
        let usage = result.usage.flatMap { try? TokenUsage(json: $0) }
        if let cost = cost(of: usage) {
            result.cost = cost
        } else if price != nil, let most {
            result.usage = nil
            result.cost = most
        } else {
            result.cost = nil
        }
        return result
    }
}
