import Synchronization

/// Lets a bounded number of callers in at once; the others wait in the order in which they came.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let state: Mutex<State>

    /// - Precondition: `places` is at least 1.
    init(places: Int) {
        precondition(places >= 1, "a turnstile lets at least one in, got \(places)")
        state = Mutex(State(free: places))
    }

    /// Runs `body` once there is a place.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; what `body` throws.
    func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let isInside = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    // Asked under the lock: a cancellation after this finds the ticket among the waiting.
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            giveUp(ticket)?.resume(returning: false)
        }
        guard isInside else { throw CancellationError() }
    }

    private func giveUp(_ ticket: Int) -> CheckedContinuation<Bool, Never>? {
        state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            if !state.waiting.isEmpty { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
