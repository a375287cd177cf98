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
    /// A call that has found out that the job must stop, and waits for the others.
    private struct Stop {
        let number: Int
        let reason: any Error
        let waiter: AsyncStream<Void>.Continuation
    }

    private struct State {
        var open = 0
        var stops: [Stop] = []
        var lastStop = 0
        /// Why the attempt ends here.
        var end: (any Error)?

        /// A call is no longer under way.
        ///
        /// Behind the last one the attempt ends where the job must stop. Whoever waits for that learns of it later than the
        /// code that got its answer, whose next call would begin and be cut off.
        ///
        /// - Returns: Who waits no longer.
        mutating func close() -> [AsyncStream<Void>.Continuation] {
            open -= 1
            guard open == 0, !stops.isEmpty else { return [] }
            defer { stops = [] }
            end = end ?? Self.end(of: stops)
            return stops.map(\.waiter)
        }

        private static func end(of stops: [Stop]) -> any Error {
            let reasons = stops.map(\.reason)
            // What another worker can go on with goes on first.
            return reasons.first { !($0 is Suspension) }
                ?? Suspension(joining: reasons.compactMap { $0 as? Suspension }) ?? reasons[0]
        }
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
        } catch  where error is Suspension || error is ReleaseAtBoundary {
            throw await whenOthersEnd(error)
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
        for waiter in state.withLock({ $0.close() }) { waiter.finish() }
    }

    /// Closes a call behind which the job must stop, and waits until nothing is under way.
    ///
    /// - Returns: Why the attempt ends; `CancellationError` when the task was cancelled before it did: then the code itself
    ///   gives up what it asked for.
    private func whenOthersEnd(_ reason: any Error) async -> any Error {
        guard !Task.isCancelled else {
            close()
            return CancellationError()
        }
        let (waits, waiter) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (number, ended) = state.withLock { state in
            state.lastStop += 1
            state.stops.append(Stop(number: state.lastStop, reason: reason, waiter: waiter))
            return (state.lastStop, state.close())
        }
        for waiter in ended { waiter.finish() }
        for await _ in waits {}
        return state.withLock { state in
            if let end = state.end { return end }
            state.stops.removeAll { $0.number == number }
            return CancellationError()
        }
    }
}
