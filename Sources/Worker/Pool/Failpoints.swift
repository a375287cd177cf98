import Checkpoints
import Glibc
import Synchronization

/// Named places at which a test has this process killed or stopped, exactly there.
///
/// `CHASSIS_FAILPOINT=after-answer:8` kills the process (SIGKILL) when it comes to that place for the eighth time,
/// `after-answer:8:stop` stops it (SIGSTOP), and `after-answer:t0004.1` kills it there with the step of that position.
/// Without the variable a place costs one comparison.
package struct Failpoints: Sendable {
    /// The places, in the order in which a step with an intent passes them.
    package enum Place: String, CaseIterable, Sendable {
        case beforeIntent = "before-intent"
        /// The intent is written, nothing is sent.
        case beforeSend = "before-send"
        /// The first part of an answer has come; for tools, the call was sent.
        case duringAnswer = "during-answer"
        /// The answer is whole, and not recorded.
        case afterAnswer = "after-answer"
        /// The record is durable, the intent is not settled.
        case afterCheckpoint = "after-checkpoint"
        case afterSettlement = "after-settlement"
        /// The handler has returned, its job has not been ended.
        case beforeEnd = "before-end"

        // A call that is given to a batch.
        /// Its intent is written, and it waits for no batch yet.
        case batchBeforeAdd = "batch-before-add"
        /// That the batch is about to be sent is noted, nothing that costs money is sent.
        case batchBeforeSend = "batch-before-send"
        /// The provider has taken the batch, and what it calls it is not noted.
        case batchAfterSend = "batch-after-send"
        case batchAfterNote = "batch-after-note"
        /// The answers are in the store, and nobody knows.
        case batchAfterResults = "batch-after-results"
        case batchAfterEnd = "batch-after-end"
    }

    private final class Counter: Sendable {
        let passes = Mutex(0)
    }

    private let place: Place?
    private let pass: Int
    /// The step with which the place counts; nil for any.
    private let position: StepPosition?
    private let signal: Int32
    private let counter = Counter()

    /// - Parameter text: What the variable says; nil, empty or unreadable sets no failpoint.
    package init(_ text: String?) {
        let parts = (text ?? "").split(separator: ":").map(String.init)
        place = parts.first.flatMap(Place.init)
        pass = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
        position = parts.count > 1 ? StepPosition(parts[1]) : nil
        signal = parts.count > 2 && parts[2] == "stop" ? SIGSTOP : SIGKILL
    }

    /// The process is at a place; it may not come back.
    func reach(_ place: Place, with step: StepPosition? = nil) {
        guard place == self.place, position == nil || position == step else { return }
        let passes = counter.passes.withLock { passes in
            passes += 1
            return passes
        }
        // To this thread: one that is sent to the process may stop another thread first, and this one goes on a little.
        if passes == pass { raise(signal) }
    }
}
