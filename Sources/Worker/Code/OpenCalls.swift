import Checkpoints
import JobModel
import Postgres
import Storage
import Synchronization

/// What a handler's code has asked its context for and not got yet.
///
/// A job that must stop where it stands (it waits for people or a time, or its worker drains) stops when nothing else is
/// under way: what runs beside it may be paid for. And it stops whatever its code does with the error.
final class OpenCalls: Sendable {
    private struct State {
        var open = 0
        var suspensions: [Suspension] = []
        /// Why the attempt ends here.
        var end: (any Error)?
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Why the attempt ends here; nil when it goes on.
    var end: (any Error)? { state.withLock { $0.end } }

    /// Does what the code asked for.
    ///
    /// - Throws: Why the attempt ends here, also where another call has found it out; what `body` throws.
    func call<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try state.withLock { state in
            if let end = state.end { throw end }
            state.open += 1
        }
        do {
            let value = try await body()
            close()
            return value
        } catch let suspension as Suspension {
            close()
            try await untilOthersEnd()
            throw state.withLock { state in
                state.suspensions.append(suspension)
                let end: any Error = state.end ?? Suspension(joining: state.suspensions) ?? suspension
                state.end = end
                return end
            }
        } catch let release as ReleaseAtBoundary {
            close()
            try await untilOthersEnd()
            throw finish(with: release)
        } catch  where Self.endsAttempt(error) {
            close()
            throw finish(with: error)
        } catch {
            close()
            throw error
        }
    }

    /// Whether nothing may be built on what was asked for: it may be paid for and have no record, or no settlement.
    private static func endsAttempt(_ error: any Error) -> Bool {
        switch error {
        // Of what the code asked for, not of the store.
        case CheckpointError.invalidPosition, CheckpointError.invalidArtifactName, CheckpointError.artifactMissing:
            false
        case is CheckpointError, is StorageError, is PostgresError: true
        default: false
        }
    }

    private func finish(with error: any Error) -> any Error {
        state.withLock { state in
            let end = state.end ?? error
            state.end = end
            return end
        }
    }

    private func close() {
        let waiters = state.withLock { state -> [AsyncStream<Void>.Continuation] in
            state.open -= 1
            guard state.open == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Waits until nothing is under way.
    ///
    /// - Throws: `CancellationError` when the task is cancelled: the code itself gives up what it asked for.
    private func untilOthersEnd() async throws {
        let (waits, waiter) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isWaiting = state.withLock { state in
            guard state.open > 0 else { return false }
            state.waiters.append(waiter)
            return true
        }
        if isWaiting { for await _ in waits {} }
        try Task.checkCancellation()
    }
}
