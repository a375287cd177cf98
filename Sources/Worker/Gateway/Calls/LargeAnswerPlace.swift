import Postgres
import Synchronization

/// A call's place among those whose answers are large; given back when nobody holds it any more.
///
/// Whoever has none reads on when another call has ended: an answer that is paid for is not thrown away for want of
/// memory.
final class LargeAnswerPlace: Sendable {
    /// What an answer may have without a place: 1 MiB.
    static let smallAnswer = 1 << 20

    private let counter: AsyncCounter
    private let isTaken = Mutex(false)

    init(_ counter: AsyncCounter) { self.counter = counter }

    deinit { if isTaken.withLock({ $0 }) { counter.giveBack() } }

    /// Waits for the place, if there is none yet.
    func take() async throws {
        guard !isTaken.withLock({ $0 }) else { return }
        try await counter.take()
        isTaken.withLock { $0 = true }
    }
}
