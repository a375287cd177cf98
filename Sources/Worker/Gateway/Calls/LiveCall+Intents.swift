import Checkpoints
import JobModel
import Storage

/// What is written of a call before it is made, and of what became of it.
extension LiveCall {
    /// Writes the intent of the call, and reserves its money.
    func intend() async throws {
        guard request.format.hasIntent else { return }
        let isPaid = request.format.isPaid
        var step = job.identity(
            position,
            identity.fingerprint,
            kind: isPaid ? .model : .step,
            name: "\(request.connection.name)/\(request.model)",
            effect: isPaid ? .none : .idempotent
        )
        step.call = number
        if isPaid {
            try await reserve(step)
        } else {
            let intent = step
            try await stores.patiently { try await stores.steps.intend(intent) }
        }
    }

    /// An intent that cannot be settled now stays open, and the next attempt settles it by the record.
    func settle(_ settlement: StepStore.Settlement) async {
        guard request.format.hasIntent else { return }
        let unknownCalls = if case .unknown = settlement { 1 } else { 0 }
        try? await stores.patiently {
            try await stores.books.settle(
                StepStore.SettledStep(
                    position: position.description,
                    call: number,
                    settlement: settlement,
                    unknownCalls: unknownCalls
                ),
                isPaid: request.format.isPaid,
                in: line,
                attempt.budgeted
            )
        }
    }
}
