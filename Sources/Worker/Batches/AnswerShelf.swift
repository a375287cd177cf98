import Storage
import Synchronization

/// What became of the calls of a batch, as its results are read.
final class AnswerShelf: Sendable {
    private let outcomes = Mutex<[String: TakenBatch.Outcome]>([:])

    /// Whether a key is one of the calls, and has no outcome yet: the first one counts.
    func wants(_ key: String, among calls: [TakenBatch.Call]) -> Bool {
        outcomes.withLock { $0[key] == nil } && calls.contains { $0.key == key }
    }

    func put(_ outcome: TakenBatch.Outcome, for key: String) { outcomes.withLock { $0[key] = outcome } }

    func outcome(of key: String) -> TakenBatch.Outcome? { outcomes.withLock { $0[key] } }
}
