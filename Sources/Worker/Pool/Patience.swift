import Postgres
import Storage

/// Waits for a database that is away for a moment: as long as the lease is held, the work in hand goes on.
struct Patience: Patient {
    static let longestPause = Duration.seconds(1)

    let lease: SessionLease

    /// Does something with the database, again and again while errors may pass and the lease is held.
    ///
    /// - Throws: What `body` throws otherwise; `CancellationError` when the task is cancelled between two tries.
    func callAsFunction<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        var pause = Duration.milliseconds(20)
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.isTransient && lease.isHeld {
                try await ContinuousClock().sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}
