import ArgumentParser
import Glibc
import JobModel
import Postgres
import Storage

/// Keeps many sessions alive, as that many worker processes would.
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract:
            "Registers sessions, each with its lock on a connection of its own, and renews them until it is ended."
    )

    @Option var postgres: String
    @Option var count = 500

    /// What a worker has by default.
    private static let lease = Duration.seconds(15)

    func run() async throws {
        let store = SessionStore()
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<count {
                let connection = try await PostgresConnection.connect(
                    .init(conninfo: postgres, applicationName: "chassis-benchmark session")
                )
                try await Notifications.listen(on: connection)
                let session = try await store.begin(
                    .init(
                        worker: "idle\(number)",
                        host: "here",
                        pid: getpid(),
                        version: "0",
                        queues: ["none"],
                        slots: 1
                    ),
                    lease: Self.lease,
                    on: connection
                )
                _ = try await store.lock(session, on: connection)
                group.addTask {
                    while true {
                        try await ContinuousClock().sleep(for: Self.lease / 3)
                        _ = try await store.renew(session, lease: Self.lease, on: connection)
                    }
                }
            }
            print("ready")
            fflush(nil)
        }
    }
}
