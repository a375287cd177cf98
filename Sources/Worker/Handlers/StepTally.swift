import Checkpoints
import JobModel
import Synchronization

/// Counts what an attempt did not have to do again, and what the model calls of its job have cost.
final class StepTally: Sendable {
    /// What the attempt did not have to do again.
    struct Replayed: Sendable {
        var steps = 0
        var modelCalls = 0
        var saved = MicroDollars.zero
    }

    private struct State {
        var replayed = Replayed()
        var isNoted = false
        var spending: MicroDollars? = .zero
    }

    private let state = Mutex(State())

    /// What the model calls have cost, as far as this attempt knows; nil when a price was not known.
    var spent: MicroDollars? { state.withLock { $0.spending } }

    /// A step cost so much; nil where the price is not known.
    func spent(on step: StepRequest, cost: MicroDollars?) {
        guard step.isPaid else { return }
        state.withLock { state in
            guard let sum = state.spending, let cost else {
                state.spending = nil
                return
            }
            state.spending = sum + cost
        }
    }

    /// A step was taken from its checkpoint, and cost so much when it was run.
    func replayed(_ step: StepRequest, cost: MicroDollars?) {
        spent(on: step, cost: cost)
        state.withLock { state in
            state.replayed.steps += 1
            if step.kind == .model { state.replayed.modelCalls += 1 }
            state.replayed.saved = state.replayed.saved + (cost ?? .zero)
            state.isNoted = false
        }
    }

    /// What was replayed so far, where that is anything and was not taken yet.
    func takeNews(damaged: Int) -> Replayed? {
        state.withLock { state in
            guard !state.isNoted, state.replayed.steps > 0 || damaged > 0 else { return nil }
            state.isNoted = true
            return state.replayed
        }
    }
}
