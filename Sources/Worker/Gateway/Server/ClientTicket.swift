import Synchronization

/// One client that is sent an answer, and that it left before it had all of it, which is told once.
final class ClientTicket: Sendable {
    private enum State { case waiting, sent, gone }

    private let state = Mutex(State.waiting)
    private let onLeave: @Sendable () -> Void

    init(onLeave: @escaping @Sendable () -> Void) { self.onLeave = onLeave }

    /// The last bytes are on their way: whoever hangs up now does so because it has them.
    func sendingLast() { state.withLock { if $0 == .waiting { $0 = .sent } } }

    func hungUp() { leave { $0 == .waiting } }

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
