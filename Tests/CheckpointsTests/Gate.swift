import Synchronization

/// Holds callers up while it is shut.
final class Gate: Sendable {
    private struct State {
        var isShut = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func shut() { state.withLock { $0.isShut = true } }

    func open() {
        let waiting = state.withLock { state in
            state.isShut = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for caller in waiting { caller.resume() }
    }

    func pass() async {
        await withCheckedContinuation { caller in
            let resumed = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                guard state.isShut else { return [caller] }
                state.waiting.append(caller)
                let reached = state.watchers.filter { $0.count <= state.waiting.count }
                state.watchers.removeAll { $0.count <= state.waiting.count }
                return reached.map(\.continuation)
            }
            for continuation in resumed { continuation.resume() }
        }
    }

    /// Waits until so many callers are held up.
    func waitForCallers(_ count: Int) async {
        await withCheckedContinuation { watcher in
            let isReached = state.withLock { state in
                if state.waiting.count >= count { return true }
                state.watchers.append((count, watcher))
                return false
            }
            if isReached { watcher.resume() }
        }
    }
}
