import Synchronization

/// Lets a number of tasks through at once, the others in the order in which they came.
package final class AsyncCounter: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var next = 0
        var waiters: [Waiter] = []
        var cancelled: Set<Int> = []

        /// Whether a place was free, and is taken now; nobody waits then.
        mutating func takeFree() -> Bool {
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    private let state: Mutex<State>

    /// - Parameter count: How many are let through at once; at least 1.
    package init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits for a place.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before a place was free.
    package func take() async throws {
        try Task.checkCancellation()
        // A free place is taken without a cancellation handler: its closure would be run on the concurrency pool, which is
        // two changes of threads for who is on the connections' thread.
        let number = state.withLock { state -> Int? in
            if state.takeFree() { return nil }
            state.next += 1
            return state.next
        }
        guard let number else { return }
        try await withTaskCancellationHandler {
            try await wait(number)
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let place = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiters.remove(at: place)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    /// Runs `body` once there is a place.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before a place was free; what `body` throws.
    package func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await take()
        defer { giveBack() }
        return try await body()
    }

    /// Waits for a place, also in a cancelled task.
    func takeAnyway() async throws { try await wait(0) }

    /// Gives the place to the next.
    package func giveBack() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume()
    }

    private func wait(_ number: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let answer: Bool? = state.withLock { state in
                if state.cancelled.remove(number) != nil { return false }
                if state.takeFree() { return true }
                state.waiters.append(Waiter(number: number, continuation: continuation))
                return nil
            }
            switch answer {
            case true: continuation.resume()
            case false: continuation.resume(throwing: CancellationError())
            case nil: break
            }
        }
    }
}
