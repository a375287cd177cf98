import Synchronization

/// Whether a client waits for an answer, and that it left, which is told once.
final class ClientTicket: Sendable {
    private enum State { case waiting, hasHead, gone }

    private let state = Mutex(State.waiting)
    private let onLeave: @Sendable () -> Void

    init(onLeave: @escaping @Sendable () -> Void) { self.onLeave = onLeave }

    /// The head of the answer is there: whoever looked out for the client stops.
    func headArrived() {
        state.withLock { if $0 == .waiting { $0 = .hasHead } }
    }

    /// The client hung up before the head.
    func hungUpWhileWaiting() { leave { $0 == .waiting } }

    /// What was written did not go through.
    func writeFailed() { leave { $0 != .gone } }

    private func leave(_ counts: (State) -> Bool) {
        let isNew = state.withLock { state in
            guard counts(state) else { return false }
            state = .gone
            return true
        }
        if isNew { onLeave() }
    }
}
