import JobModel
import Testing

@Suite struct WorkerTests {
    @Test func workersAreListed() async throws {
        try await APIScene.play { scene async throws in
            _ = try await scene.submit()
            _ = try await scene.claim()
            let worker = try #require(try await scene.get("/v1/workers").json["workers"]?[0])
            #expect(
                worker.objectValue?.keys == [
                    "session", "name", "host", "pid", "version", "queues", "labels", "slots", "running", "state",
                    "started_at",
                    "renewed_at", "ended_at", "end_reason",
                ]
            )
            #expect(worker["session"]?.integerValue == scene.session.rawValue)
            #expect(worker["state"] == "live")
            #expect(worker["running"] == 1)
            #expect(worker["queues"] == ["default"])
        }
    }

    @Test func queuesAreListed() async throws {
        try await APIScene.play { scene async throws in
            _ = try await scene.submit()
            let queue = try #require(try await scene.get("/v1/queues").json["queues"]?[0])
            #expect(
                queue.objectValue?.keys == [
                    "name", "pending", "running", "delayed", "blocked", "suspended", "held", "paused",
                    "oldest_pending_at",
                ]
            )
            #expect(queue["name"] == "default")
            #expect(queue["pending"] == 1)
            #expect(queue["blocked"] == 1)
        }
    }
}
