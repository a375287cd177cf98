import Synchronization

/// Tells a running job that it must stop, and why.
final class StopSignal: Sendable {
    enum Reason: Equatable, Sendable {
        /// The lease is lost: whatever the job does is dropped.
        case leaseLost
        /// The run was cancelled: the job ends as cancelled.
        case cancelled
        /// The worker waits no longer for its jobs: the job is released where it stands.
        case drained
    }

    private struct State {
        var isDraining = false
        var reason: Reason?
        var waiter: CheckedContinuation<Reason?, Never>?
    }

    private let state = Mutex(State())

    /// Whether the job should be released at its next step boundary.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Why the job must stop now, or nil.
    var reason: Reason? { state.withLock { $0.reason } }

    /// Asks the job to let itself be released at the next step boundary.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Stops the job now; the first reason counts, but a lost lease always does.
    func stop(_ reason: Reason) {
        let waiter = state.withLock { state -> CheckedContinuation<Reason?, Never>? in
            if state.reason == nil || reason == .leaseLost { state.reason = reason }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: reason)
    }

    /// Waits until the job must stop; nil when the waiting task is cancelled.
    ///
    /// For one waiter.
    func stopped() async -> Reason? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let reason: Reason?? = state.withLock { state in
                    if let reason = state.reason { return reason }
                    if Task.isCancelled { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let reason { continuation.resume(returning: reason) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Reason?, Never>? in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }
}
