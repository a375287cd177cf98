import Postgres
import Storage

/// Waits for a database that is away for a moment; a program is refused its call when that lasts.
struct CallPatience: Patient {
    /// How long the database may be away.
    static let longest = Duration.seconds(15)

    func callAsFunction<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let giveUpAt = ContinuousClock.now + Self.longest
        var pause = Duration.milliseconds(20)
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.isTransient && ContinuousClock.now < giveUpAt {
                try await ContinuousClock().sleep(for: pause)
                pause = min(pause * 2, .seconds(1))
            }
        }
    }
}
