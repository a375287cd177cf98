import JobModel
import Models
import Storage

/// The money of a call.
extension LiveCall {
    /// How long a call waits for others to be settled.
    private static let longestWait = Duration.seconds(5)
    private static let pause = Duration.milliseconds(200)

    /// Writes the intent of the call and reserves its money.
    ///
    /// - Throws: `GatewayRefusal` when the call must not be made.
    func reserve(_ step: StepStore.Identity) async throws {
        let call = PaidCall(
            connection: request.connection.name,
            model: request.model,
            most: request.most,
            price: request.price,
            bounds: job.bounds
        )
        let giveUpAt = ContinuousClock.now + Self.longestWait
        while true {
            switch try await stores.patiently({
                try await stores.books.intend((step, call), in: line, attempt.budgeted)
            }) {
            case .granted(let warning):
                if let warning { await stores.say("\(warning.shown) is used up: \(warning.account)", of: job) }
                return
            case .wait(let budget):
                guard ContinuousClock.now < giveUpAt else {
                    throw GatewayRefusal(
                        .unavailable,
                        "\(budget.shown) is reserved by calls under way: \(budget.account)"
                    )
                }
                try await ContinuousClock().sleep(for: Self.pause)
            case .held(let budget):
                let reason = reason(budget, call)
                await attempt.held(
                    by: Suspension(waitsFor: .budget, until: budget.untilEnd.map { .after($0) }, detail: reason)
                )
                throw GatewayRefusal(.budget, reason)
            case .refused(let budget): throw GatewayRefusal(.budget, reason(budget, call))
            case .unpriced(let budget):
                throw GatewayRefusal(.budget, "the call is under \(budget.shown), and \(request.moneyFault)")
            case .callsUsed(let calls):
                throw GatewayRefusal(.budget, "the job has made \(calls) calls in all attempts together")
            }
        }
    }

    private func reason(_ budget: CallVerdict.Decider, _ call: PaidCall) -> String {
        "the call may cost up to \(call.most ?? .zero), and \(budget.shown) has no room: \(budget.account); raise it with: "
            + budget.raising(job.run)
    }

    /// What is put down for the call: by the provider's account or, where that says nothing, the most it can have cost.
    func settled(_ usage: TokenUsage?) -> (usage: JSONValue?, cost: MicroDollars?) {
        guard let price = request.price else { return (usage?.json, nil) }
        // No request has no tokens.
        guard let usage, usage.input > 0 else { return (nil, request.most) }
        let cost = price.cost(
            input: usage.input,
            cachedInput: usage.cachedInput,
            cacheWrite: usage.cacheWrite,
            output: usage.output,
            reasoning: usage.reasoning
        )
        return (usage.json, cost)
    }
}
