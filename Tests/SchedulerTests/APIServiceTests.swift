import Checkpoints
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
                APIConfiguration(port: scene.address.port), pool: scene.pool, blobs: OutputBlobs(scene.store),
                notifier: ReadyNotifier(scene.pool), logger: Logger(label: "test"))
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
}
