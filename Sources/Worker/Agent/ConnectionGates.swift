import JobModel
import Models
import Postgres
import Settings
import Storage
import Synchronization

/// Where calls to models wait until the limits of their connections allow them; one for the whole worker.
final class ConnectionGates: Sendable {
    /// The longest a call waits here; what must wait longer gives up its slot.
    static let longestWait = Duration.seconds(30)
    /// The longest between two looks at a connection that is full.
    static let longestPause = Duration.milliseconds(250)

    private let store: ConnectionStore
    private let patience: Patience
    /// The line of each connection: one call of this worker looks whether it may begin, the others stand behind it.
    private let lines = Mutex<[String: AsyncCounter]>([:])

    init(store: ConnectionStore, lease: SessionLease) {
        self.store = store
        patience = Patience(lease: lease)
    }

    private func line(of connection: String) -> AsyncCounter {
        lines.withLock { lines in
            if let line = lines[connection] { return line }
            let line = AsyncCounter(1)
            lines[connection] = line
            return line
        }
    }

    /// Waits until a call may begin.
    ///
    /// - Parameter check: Asked between two looks; throws when the job must not go on.
    /// - Returns: The call's number, which `leave` wants; nil for a connection without limits.
    /// - Throws: `Suspension` when the wait would be too long; no attempt is spent.
    func enter(
        _ connection: ModelConnection,
        job: ClaimedJob,
        tokens: Int,
        check: () throws -> Void
    ) async throws -> Int64? {
        let name = connection.reference.connection
        let began = ContinuousClock.now
        guard !connection.limits.isEmpty else {
            let wait = try await patience { try await store.remainingHold(of: name) }
            if wait > .zero { try await pause(wait, name, since: began) }
            return nil
        }
        return try await line(of: name).pass {
            var pause = Duration.milliseconds(10)
            while true {
                try check()
                switch try await look(name, connection.limits, job, tokens) {
                case .entered(let call): return call
                case .wait(let time): try await self.pause(time, name, since: began)
                case .full:
                    try await self.pause(pause, name, since: began)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        }
    }

    private func look(
        _ name: String,
        _ limits: ConnectionLimits,
        _ job: ClaimedJob,
        _ tokens: Int
    ) async throws -> ConnectionStore.Answer {
        try await patience {
            try await store.enter(
                name,
                job: job.id,
                epoch: job.epoch,
                tokens: tokens,
                limits: ConnectionStore.Limits(
                    requestsPerMinute: limits.requestsPerMinute,
                    tokensPerMinute: limits.tokensPerMinute,
                    concurrent: limits.concurrent
                )
            )
        }
    }

    private func pause(_ time: Duration, _ name: String, since began: ContinuousClock.Instant) async throws {
        guard ContinuousClock.now - began + time <= Self.longestWait else {
            throw Suspension(
                waitsFor: .time,
                until: .after(max(time, .seconds(1))),
                detail: "connection \(name) is at its limits or asked to be left alone"
            )
        }
        try await ContinuousClock().sleep(for: time)
    }

    /// Ends a call that was let in; one that cannot be ended counts as long as its job's lease stands.
    func leave(_ call: Int64?, tokens: Int?) async {
        guard let call else { return }
        _ = try? await Shield.run { [self] in
            try await patience { try await store.leave(call, tokens: tokens) }
        }
    }

    /// Tells all workers that a provider asked to be left alone.
    func hold(_ connection: ModelConnection, for time: Duration) async {
        // Without the note the others find out by themselves.
        _ = try? await patience { try await store.hold(connection.reference.connection, for: time) }
    }
}
