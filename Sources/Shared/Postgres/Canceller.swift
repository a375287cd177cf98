import CLibPQ
import Synchronization

/// Cancels the statement that is under way on a connection, from any thread.
final class Canceller: Sendable {
    private struct State {
        /// The request of libpq as a number; 0 when the connection is closed.
        var request: UInt
        var isOnItsWay = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ connection: OpaquePointer) { state = Mutex(State(request: UInt(bitPattern: PQgetCancel(connection)))) }

    deinit { close() }

    /// Asks the server on a thread of its own; that takes a connection and so a moment.
    func cancel() {
        let begins = state.withLock { state in
            guard !state.isOnItsWay, state.request != 0 else { return false }
            state.isOnItsWay = true
            return true
        }
        guard begins else { return }
        PlainThread.start(named: "pg-cancel") { [self] in
            let waiters = state.withLock { state in
                if let pointer = OpaquePointer(bitPattern: state.request) {
                    var reason = [CChar](repeating: 0, count: 256)
                    // A request that does not come through leaves the statement running, as if nobody had asked.
                    _ = PQcancel(pointer, &reason, Int32(reason.count))
                }
                state.isOnItsWay = false
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Waits until no request is on its way.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                if state.isOnItsWay { state.waiters.append(continuation) }
                return !state.isOnItsWay
            }
            if isSettled { continuation.resume() }
        }
    }

    /// Frees the request; the connection is closed.
    func close() {
        state.withLock { state in
            guard let pointer = OpaquePointer(bitPattern: state.request) else { return }
            PQfreeCancel(pointer)
            state.request = 0
        }
    }
}
