import Synchronization

/// Work that waits for a thread, first in, first out.
///
/// Of the threads that wait, the one that came last is called first: its caches are warm. It is called outside the
/// lock; otherwise it would wake up, find the lock taken and sleep again.
final class WorkLine<Work: Sendable>: Sendable {
    private struct State {
        /// The work that was handed over last, in order; moved to `front`, reversed, when that is empty.
        var back: [Work] = []
        var front: [Work] = []
        /// The threads that wait; each is called once it is taken out.
        var idle: [Seat] = []
        var isClosed = false

        mutating func take() -> Work? {
            if front.isEmpty {
                front = back.reversed()
                back.removeAll(keepingCapacity: true)
            }
            return front.popLast()
        }
    }

    private enum Turn {
        case work(Work)
        case wait
        case stop
    }

    private let state = Mutex(State())

    /// Hands work over.
    func append(_ work: Work) {
        let seat = state.withLock { state in
            state.back.append(work)
            return state.idle.popLast()
        }
        seat?.call()
    }

    /// Takes the next work, waiting for it; nil when the line is closed and empty.
    ///
    /// - Parameter seat: Where the calling thread waits, and no other does.
    func next(_ seat: Seat) -> Work? {
        while true {
            let turn: Turn = state.withLock { state in
                if let work = state.take() { return .work(work) }
                if state.isClosed { return .stop }
                state.idle.append(seat)
                return .wait
            }
            switch turn {
            case .work(let work): return work
            case .stop: return nil
            case .wait: seat.wait()
            }
        }
    }

    /// Says that no more work will come; what waits is still done.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for seat in waiting { seat.call() }
    }
}
