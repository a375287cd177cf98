import CLibPQ
import Synchronization
import Threads

/// Cancels the statement that is under way on a connection, from any thread.
///
/// A request may hang as long as the network does; nobody who closes the connection waits for it.
final class Canceller: Sendable {
    private enum Request {
        case idle(UInt)
        /// A thread uses the request of libpq and puts it back.
        case onItsWay
        /// A thread uses the request of libpq and frees it.
        case onItsWayAndClosed
        case closed
    }

    private struct State {
        var request: Request
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        state = Mutex(State(request: .idle(UInt(bitPattern: PQgetCancel(connection)))))
    }

    deinit { close() }

    /// Asks the server on a thread of its own; that takes a connection and so a moment.
    func cancel() {
        let taken = state.withLock { state -> UInt? in
            guard case .idle(let request) = state.request else { return nil }
            state.request = .onItsWay
            return request
        }
        guard let taken else { return }
        PlainThread.start(named: "pg-cancel") { [self] in
            if let pointer = OpaquePointer(bitPattern: taken) {
                var reason = [CChar](repeating: 0, count: 256)
                // A request that does not come through leaves the statement running, as if nobody had asked.
                _ = PQcancel(pointer, &reason, Int32(reason.count))
            }
            giveBack(taken)
        }
    }

    private func giveBack(_ request: UInt) {
        let (waiters, isClosed) = state.withLock { state in
            defer { state.waiters = [] }
            switch state.request {
            case .onItsWay:
                state.request = .idle(request)
                return (state.waiters, false)
            case .onItsWayAndClosed:
                state.request = .closed
                return (state.waiters, true)
            case .idle, .closed: preconditionFailure("a request is given back once, in state \(state.request)")
            }
        }
        if isClosed { PQfreeCancel(OpaquePointer(bitPattern: request)) }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until no request is on its way, or the connection is closed.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                guard case .onItsWay = state.request else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    /// Frees the request; the connection is closed.
    func close() {
        let waiters = state.withLock { state in
            switch state.request {
            case .idle(let request):
                PQfreeCancel(OpaquePointer(bitPattern: request))
                state.request = .closed
            case .onItsWay: state.request = .onItsWayAndClosed
            case .onItsWayAndClosed, .closed: break
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
