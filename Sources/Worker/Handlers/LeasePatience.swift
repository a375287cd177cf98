import JobModel
import Postgres

/// Asks the database again while it is away, for as long as the lease is held.
///
/// A server that restarts costs a job time, and no attempt.
struct LeasePatience: Sendable {
    /// The longest pause between two tries.
    static let longestPause = Duration.seconds(1)

    let lease: SessionLease

    /// Runs `body`, and again when the way to the server was at fault: it must do no harm when it is done twice.
    ///
    /// - Throws: The last error when the lease is over; any error of another kind; `CancellationError`.
    func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        var pause = Duration.milliseconds(20)
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.isConnectionError && lease.isHeld {
                try await ContinuousClock().sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}
