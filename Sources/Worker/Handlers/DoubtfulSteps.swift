import Checkpoints
import Storage
import Synchronization

/// The steps with the effect once whose outcome became unknown in this attempt, and that nobody has said anything about.
///
/// Mostly the attempt ends with the error of such a step. But where a time limit ends an agent that is a tool, the error
/// is the limit's, and its caller could go on.
final class DoubtfulSteps: Sendable {
    private let state = Mutex<[(StepRequest, StepStore.OpenStep)]>([])

    /// Each with its attempt, as the next attempt would find it; in the order in which they became unknown.
    var steps: [(StepRequest, StepStore.OpenStep)] { state.withLock { $0 } }

    func add(_ step: StepRequest, _ attempt: StepStore.OpenStep) { state.withLock { $0.append((step, attempt)) } }

    func remove(_ step: StepRequest) { state.withLock { $0.removeAll { $0.0.position == step.position } } }
}
