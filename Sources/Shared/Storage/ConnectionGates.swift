package import JobModel
import Postgres
import Synchronization

/// Does something with the database, again while it is away for a moment.
package protocol Patient: Sendable {
    func callAsFunction<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value
}

/// Where calls to models wait until the limits of their connections allow them; one for a whole process.
package final class ConnectionGates: Sendable {
    /// The longest a call waits here; what must wait longer gives up its slot.
    package static let longestWait = Duration.seconds(30)
    /// How long it is believed that a connection need not be left alone.
    static let belief = Duration.seconds(1)
    /// The longest between two looks at a connection that is full.
    static let longestPause = Duration.milliseconds(250)
    /// What is counted for an answer whose length has no limit, in tokens.
    package static let unknownOutput = 1024
    /// How many bytes of text are counted as a token.
    package static let bytesOfToken = 4

    /// Whose call it is.
    package struct Caller: Sendable {
        let job: JobID
        let epoch: LeaseEpoch

        package init(job: JobID, epoch: LeaseEpoch) {
            self.job = job
            self.epoch = epoch
        }
    }

    private let store: ConnectionStore
    private let patience: any Patient
    /// The line of each connection: one call of this process looks whether it may begin, the others stand behind it.
    private let lines = Mutex<[String: AsyncCounter]>([:])
    /// When connections without limits were seen not to be held.
    private let free = Mutex<[String: ContinuousClock.Instant]>([:])

    package init(store: ConnectionStore, patience: some Patient) {
        self.store = store
        self.patience = patience
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
    /// - Parameters:
    ///   - name: The connection.
    ///   - check: Asked between two looks; throws when the job must not go on.
    /// - Returns: The call's number, which `leave` wants; nil for a connection without limits.
    /// - Throws: `Suspension` when the wait would be too long; no attempt is spent.
    package func enter(
        _ name: String,
        _ limits: ConnectionStore.Limits,
        _ caller: Caller,
        tokens: Int,
        check: () async throws -> Void
    ) async throws -> Int64? {
        let began = ContinuousClock.now
        guard !limits.isEmpty else {
            try await waitForHold(of: name, since: began)
            return nil
        }
        return try await line(of: name).pass {
            var pause = Duration.milliseconds(10)
            while true {
                try await check()
                let answer = try await patience {
                    try await store.enter(
                        name,
                        job: caller.job,
                        epoch: caller.epoch,
                        tokens: tokens,
                        limits: limits
                    )
                }
                switch answer {
                case .entered(let call): return call
                case .wait(let time): try await self.pause(time, name, since: began)
                case .full:
                    try await self.pause(pause, name, since: began)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        }
    }

    /// Waits until a connection need not be left alone any more; that it need not is believed for a moment.
    private func waitForHold(of name: String, since began: ContinuousClock.Instant) async throws {
        let isFree = free.withLock { free in free[name].map { began - $0 < Self.belief } ?? false }
        if isFree { return }
        let wait = try await patience { try await store.remainingHold(of: name) }
        if wait > .zero { return try await pause(wait, name, since: began) }
        free.withLock { $0[name] = .now }
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
    package func leave(_ call: Int64?, tokens: Int?) async {
        guard let call else { return }
        _ = try? await patience { try await store.leave(call, tokens: tokens) }
    }

    /// Tells all workers that a provider asked to be left alone.
    package func hold(_ name: String, for time: Duration) async {
        free.withLock { $0[name] = nil }
        // Without the note the others find out by themselves.
        _ = try? await patience { try await store.hold(name, for: time) }
    }
}
