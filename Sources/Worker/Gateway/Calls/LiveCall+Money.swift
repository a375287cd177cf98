import JobModel
import Models
import Storage

/// The money of a call.
extension LiveCall {
    /// How far apart it is looked whether others have been settled.
    private static let pause = Duration.milliseconds(200)

    /// Writes the intent of the call and reserves its money.
    ///
    /// The job of a call that must not be made fails, whatever its program makes of the refusal, or is suspended, as an agent's is.
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
        let giveUpAt = ContinuousClock.now + CallVerdict.longestWait
        while true {
            switch try await stores.patiently({
                try await stores.books.intend((step, call), in: line, attempt.budgeted)
            }) {
            case .granted(let warning):
                if let warning { await stores.say("\(warning.shown) is used up: \(warning.account)", of: job) }
                return
            case .wait(let budget):
                // The program's own calls end, and give back what they have reserved: it would be stopped in vain.
                guard ContinuousClock.now < giveUpAt || attempt.hasCallsUnderWay else {
                    throw await held(by: budget.busy)
                }
                try await ContinuousClock().sleep(for: Self.pause)
            case .held(let budget): throw await held(by: budget.hold(of: call, in: job.run))
            case .refused(let budget): throw await stopped(by: budget.refusal(of: call, in: job.run))
            case .unpriced(let budget): throw await stopped(by: budget.unpriced(request.moneyFault))
            case .callsUsed(let calls): throw await stopped(by: CallVerdict.callsUsed(up: calls))
            }
        }
    }

    private func held(by suspension: Suspension) async -> GatewayRefusal {
        await attempt.held(position, by: suspension)
        return GatewayRefusal(.budget, suspension.detail)
    }

    private func stopped(by failure: JobFailure) async -> GatewayRefusal {
        await attempt.stopped(by: failure, telling: .budget)
        return GatewayRefusal(.budget, failure.message)
    }

    /// What is put down for the call: by the provider's account or, where that says nothing, the most it can have cost; nothing for a
    /// call that costs nothing.
    func settled(_ usage: TokenUsage?) -> (usage: JSONValue?, cost: MicroDollars?) {
        guard request.format.isPaid, let price = request.price else { return (usage?.json, nil) }
        // No request has no tokens.
        guard let usage, usage.input > 0 else { return (nil, request.most) }
        return (usage.json, price.cost(of: usage))
    }

    /// A provider that bills more than can be has its budgets exceeded: somebody should look.
    func tellOverrun(_ cost: MicroDollars, _ most: MicroDollars) async {
        await stores.say(
            "call \(position) (\(request.connection.name)/\(request.model)) cost \(cost) by its provider's account, more than the "
                + "\(most) that it can cost; see whether its price, its limits and the provider are right",
            of: job
        )
    }

    /// Settles what must be settled before the client has the answer; returns whether the call itself is.
    ///
    /// A call that is recorded need not be, since the next attempt settles it by its record. But what its program does next may be judged
    /// by what the job has cost; and whoever was given a response that is made later may read it at once, and end when it has.
    func settleEarly(_ index: CallIndex, as settlement: StepStore.Settlement) async -> Bool {
        if let told = index.told { await attempt.told(told) }
        if let turn = index.turn, turn.isAwaited {
            await attempt.awaitCost(of: turn.id, at: position)
            return true
        }
        guard job.asksByCost else { return false }
        await settle(settlement)
        return true
    }
}
