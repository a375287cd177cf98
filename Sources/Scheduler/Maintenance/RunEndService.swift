package import Logging
package import Postgres
import ServiceLifecycle
import Storage

/// Hears of the ends of runs that hold others up, and has those looked at that may start now.
///
/// On a connection of its own. What is missed while there is none is found by looks that nobody asked for.
package struct RunEndService: Service {
    /// Twice this is the pause before the first try to connect again.
    static let shortestPause = Duration.milliseconds(50)
    /// The longest pause before a further one.
    static let longestPause = Duration.seconds(5)

    private let options: PostgresConnection.Options
    private let logger: Logger
    private let wake: @Sendable () -> Void

    /// - Parameter wake: Is called with each notice; many of them during one look should be one more look.
    package init(_ options: PostgresConnection.Options, logger: Logger, wake: @escaping @Sendable () -> Void) {
        self.options = options
        self.logger = logger
        self.wake = wake
    }

    package func run() async throws {
        let patrol = Patrol(
            shortestPause: Self.shortestPause,
            longestPause: Self.longestPause,
            complaint: "the ends of runs are not heard of; they are looked for",
            logger: logger
        )
        await patrol.run {
            try await listen()
            return Self.shortestPause
        }
    }

    private func listen() async throws {
        let connection = try await PostgresConnection.connect(options)
        do {
            try await Notifications.listenToEnds(on: connection)
            wake()
            for await _ in connection.notifications { wake() }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        try Task.checkCancellation()
        throw PostgresError.connectionLost(reason: "the connection that hears of ends was closed")
    }
}
