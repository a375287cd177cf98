import Checkpoints
import JobModel
import Models
import Storage

/// What calls cost that were answered before their answers were made: the most, as unknown, until the provider tells it.
extension GatewayAttempt {
    /// A call is recorded that was answered with a response which is made later.
    func awaitCost(of response: String, at position: StepPosition) async {
        // An intent that cannot be settled now stays open, and the next attempt settles it by the record.
        let call = try? await stores.patiently { [stores, job] in
            try await stores.steps.awaitCost(of: position.description, at: job.epoch, of: job.job, by: job.epoch)
        }
        if let call = call ?? nil { awaited.began(response, call) }
    }

    /// What a call cost is told, and recorded.
    func told(_ told: AwaitedCosts.Told) async {
        // Where it cannot be put down now, the next attempt does so by the record.
        try? await putDown(told)
    }

    /// Puts down what earlier attempts were told, and learns of which calls nothing was told yet.
    func settleAwaited() async throws {
        guard awaited.hasInherited else { return }
        var calls: [StepStore.AwaitedCall] = []
        for source in awaited.sources {
            calls += try await stores.patiently { [stores, job] in
                try await stores.steps.awaitedCalls(of: source ?? job.job)
            }
            .map { call in
                var call = call
                call.source = source
                return call
            }
        }
        for told in awaited.found(calls) { try await putDown(told) }
    }

    private func putDown(_ told: AwaitedCosts.Told) async throws {
        guard let call = awaited.call(of: told.response) else { return }
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(
                call,
                of: job.job,
                by: job.epoch,
                usage: told.usage.json,
                cost: call.price.cost(of: told.usage)
            )
        }
        awaited.settled(told.response)
    }
}
