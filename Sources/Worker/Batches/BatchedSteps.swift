import Checkpoints
import JobModel
import Storage

/// The steps of a job whose calls were given to batches, with their intents, which stay open meanwhile.
struct BatchedSteps: Sendable {
    let store: BatchStore
    private let calls: [BatchedCall]
    private var intents: [StepStore.OpenStep] = []

    /// Reads what earlier attempts gave to batches.
    static func read(of job: JobID, from store: BatchStore) async throws -> BatchedSteps {
        BatchedSteps(store: store, calls: try await store.calls(of: job))
    }

    private init(store: BatchStore, calls: [BatchedCall]) {
        self.store = store
        self.calls = calls
    }

    /// The call that an intent is of; nil when it was given to no batch.
    func call(of intent: StepStore.OpenStep) -> BatchedCall? {
        calls.first {
            $0.position == intent.position && $0.fingerprint == intent.fingerprint && $0.epoch == intent.epoch
        }
    }

    mutating func keep(_ intent: StepStore.OpenStep) { intents.append(intent) }

    /// The call of a step, and its intent where that is open.
    func call(of step: StepRequest) -> (call: BatchedCall, intent: StepStore.OpenStep?)? {
        guard
            let call = calls.first(where: {
                $0.position == step.position.description && $0.fingerprint == step.fingerprint.hex
            })
        else { return nil }
        return (call, intents.first { $0.epoch == call.epoch && $0.position == call.position })
    }
}
