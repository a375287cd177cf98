import Glibc
import TestSupport
import Testing

@testable import Postgres

/// Connections that are lost at the worst moment.
@Suite(.timeLimit(.minutes(3))) struct LostBetweenTests {
    /// The thread learns of a lost connection once the statement is sent and before its task has come to wait for the answer.
    @Test func aStatementThatIsSentToAServerThatHasGoneIsToldOfIt() async throws {
        let options = PostgresConnection.Options(conninfo: try await TestDatabase.empty(), applicationName: "test")
        let connection = try await PostgresConnection.connect(options)
        _ = try await connection.query("SELECT 1")
        let asked = await OnTheThread().asks(connection) {
            kill(connection.backendProcessID, SIGTERM)
            while kill(connection.backendProcessID, 0) == 0 { sched_yield() }
        }
        do {
            _ = try await asked.value
            Issue.record("a server that has gone has answered")
        } catch let error as PostgresError {
            #expect(error.isConnectionError, "\(error)")
        }
        #expect(!connection.isOpen)
    }
}

/// An actor of the connections' thread.
private actor OnTheThread {
    nonisolated var unownedExecutor: UnownedSerialExecutor { PostgresReactor.shared.asUnownedSerialExecutor() }

    /// Does something, and asks behind it, without a look at the sockets in between: both are begun while the thread is busy here.
    func asks(
        _ connection: PostgresConnection,
        behind body: @escaping @Sendable () -> Void
    ) -> Task<PostgresResult, any Error> {
        Task {
            _ = self; body()
        }
        return Task {
            _ = self; return try await connection.query("SELECT 1")
        }
    }
}
