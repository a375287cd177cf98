import Logging
import Telemetry

/// Looks about once a second at the batches of every connection that can have some.
struct BatchService: Sendable {
    static let interval = Duration.seconds(1)
    /// The pause after an error of the database or the store.
    static let rest = Duration.seconds(5)

    let connections: [BatchWork]
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for work in connections { group.addTask { try await run(work) } }
        }
    }

    private func run(_ work: BatchWork) async throws {
        while true {
            var generator = SystemRandomNumberGenerator()
            try await ContinuousClock().sleep(for: Self.interval * Double.random(in: 0.5...1, using: &generator))
            do {
                try await work.pass()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning("the batches of a connection could not be seen to", metadata: [LogKey.error: "\(error)"])
                try await ContinuousClock().sleep(for: Self.rest)
            }
        }
    }
}
