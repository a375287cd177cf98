import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Scheduler
import Storage
import TestSupport
import Testing

@Suite struct APIServiceTests {
    @Test func anAddressThatIsTakenIsToldApart() async throws {
        try await APIScene.play { scene async throws in
            let second = APIService(
                APIConfiguration(port: scene.address.port),
                pool: scene.pool,
                blobs: OutputBlobs(scene.store),
                notifier: ReadyNotifier(scene.pool),
                dispatcher: EventDispatcher(
                    events: EventStore(scene.pool),
                    notifier: ReadyNotifier(scene.pool),
                    logger: Logger(label: "test")
                ),
                logger: Logger(label: "test")
            )
            let error = await #expect(throws: APIServiceError.self) { try await second.run() }
            #expect(error?.description.contains(":\(scene.address.port): ") == true)
        }
    }

    @Test func theBoundAddressIsReported() async throws {
        try await APIScene.play { scene async throws in
            #expect(scene.address.host == "127.0.0.1")
            #expect(scene.address.port > 0)
        }
    }

    @Test func aGracefulShutdownLetsARequestEnd() async throws {
        let conninfo = try await TestDatabase.migrated()
        let pool = PostgresPool(PostgresConnection.Options(conninfo: conninfo, applicationName: "test"), size: 2)
        let gate = try await Gate.close(conninfo, pool)
        try await RunningAPI.serve(pool) { api async throws in
            async let answer = gate.request(to: api.address)
            try await gate.waitForRequest()
            await api.shutDown()
            await gate.open()
            #expect(try await answer.status == 401)
        }
    }

    @Test func aGracefulShutdownThatTakesTooLongCutsRequestsOff() async throws {
        let conninfo = try await TestDatabase.migrated()
        let pool = PostgresPool(PostgresConnection.Options(conninfo: conninfo, applicationName: "test"), size: 2)
        let gate = try await Gate.close(conninfo, pool)
        try await RunningAPI.serve(pool, shutdownLimit: .zero) { api async throws in
            async let answer = gate.request(to: api.address)
            try await gate.waitForRequest()
            await api.shutDown()
            do {
                #expect(try await answer.code == "database-unavailable")
            } catch is HTTPTransportError {
                // The connection was closed before there was an answer.
            }
        }
        await gate.open()
    }
}
