import JobModel
import Testing

@Suite struct WorkerTests {
    @Test func workersAreListed() async throws {
        try await APIScene.play { scene async throws in
            _ = try await scene.submit()
            _ = try await scene.claim()
            let worker = try #require(try await scene.get("/v1/workers").json[key: "workers"]?[index: 0])
            #expect(
                worker.objectValue?.keys == [
                    "session", "name", "host", "pid", "version", "queues", "slots", "running", "state", "started_at",
                    "renewed_at", "ended_at", "end_reason",
                ])
            #expect(worker[key: "session"]?.integerValue == scene.session.rawValue)
            #expect(worker[key: "state"] == "live")
            #expect(worker[key: "running"] == 1)
            #expect(worker[key: "queues"] == ["default"])
        }
    }

    @Test func queuesAreListed() async throws {
        try await APIScene.play { scene async throws in
            _ = try await scene.submit()
            let queue = try #require(try await scene.get("/v1/queues").json[key: "queues"]?[index: 0])
            #expect(
                queue.objectValue?.keys == [
                    "name", "pending", "running", "delayed", "blocked", "suspended", "oldest_pending_at",
                ])
            #expect(queue[key: "name"] == "default")
            #expect(queue[key: "pending"] == 1)
            #expect(queue[key: "blocked"] == 1)
        }
    }
}
