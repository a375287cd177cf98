import Synchronization

/// A clock whose time passes when a test says so: no limit is reached because the machine is slow.
///
/// Rests of up to a second are pauses between two looks, and no limits: they pass by themselves.
package final class ManualClock: Clock, Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Sleeper {
        let deadline: Instant
        let length: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = ContinuousClock.now
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var passers: [(length: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private static let longestPause: Duration = .seconds(1)
    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Waits until somebody sleeps for just so long, and has that time pass.
    package func pass(_ length: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = state.sleepers.values.contains { $0.length == length }
                if !isThere { state.passers.append((length, continuation)) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
        let woken = state.withLock { state in
            state.now += length
            let woken = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in woken.keys { state.sleepers[id] = nil }
            return woken.values
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (id, length) = state.withLock { state in
            state.lastID += 1
            return (state.lastID, state.now.duration(to: deadline))
        }
        guard length > Self.longestPause else { return try await ContinuousClock().sleep(for: length) }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Whoever is cancelled from here on is found among the sleepers.
                let passers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[id] = Sleeper(deadline: deadline, length: length, continuation: continuation)
                    defer { state.passers.removeAll { $0.length == length } }
                    return state.passers.filter { $0.length == length }.map(\.continuation)
                }
                guard let passers else { return continuation.resume(throwing: CancellationError()) }
                for passer in passers { passer.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}
