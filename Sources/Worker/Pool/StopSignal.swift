import Synchronization

/// Tells a running job that it must stop, and why.
package final class StopSignal: Sendable {
    package enum Reason: Equatable, Sendable {
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
        var task: RunningTask?
    }

    private let state = Mutex(State())

    /// Whether the job should be released at its next step boundary.
    package var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Why the job must stop now, or nil.
    package var reason: Reason? { state.withLock { $0.reason } }

    /// Asks the job to let itself be released at the next step boundary.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Stops the job now; the first reason counts, but a lost lease always does.
    func stop(_ reason: Reason) {
        state.withLock { state in
            if state.reason == nil || reason == .leaseLost { state.reason = reason }
            state.task?.cancel()
        }
    }

    /// Runs `body` in a task that is cancelled when the job must stop.
    ///
    /// For one body at a time. The task stays cancelled, so it is to be one of the body's own.
    func cancelling<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
        withUnsafeCurrentTask { task in
            let isStopped = state.withLock { state in
                state.task = task.map(RunningTask.init)
                return state.reason != nil
            }
            if isStopped { task?.cancel() }
        }
        defer { state.withLock { $0.task = nil } }
        return try await body()
    }
}

/// A task that runs at present.
///
/// It is cancelled under the lock of the signal, which forgets it under the same lock before the task can end: so it is
/// there whenever it is used, by whatever thread.
private struct RunningTask: @unchecked Sendable {
    private let task: UnsafeCurrentTask

    init(_ task: UnsafeCurrentTask) { self.task = task }

    func cancel() { task.cancel() }
}
