import JobModel
import Postgres
import Testing

@testable import Storage

@Suite struct RunReaderWorkerTests {
    @Test func listsWorkersThatLiveOrEndedWithinTheHour() async throws {
        let scene = try await ReadingScene.make()
        let draining = try await ReadingScene.begin("draining", on: scene.pool)
        let finished = try await ReadingScene.begin("finished", on: scene.pool)
        try await scene.pool.withConnection { connection in
            try await SessionStore().drain(draining, on: connection)
            try await SessionStore().finish(finished, on: connection)
        }
        _ = try await scene.submit()
        _ = try await scene.claim()
        let workers = try await scene.reader.workers()
        #expect(workers.map(\.session) == [finished, draining, scene.session])
        #expect(workers.map(\.state) == [.ended, .draining, .live])
        #expect(workers.map(\.running) == [0, 0, 1])
        #expect(workers.map(\.endReason) == ["finished", nil, nil])
        #expect(workers[2].name == "worker-1")
        #expect(workers[2].host == "host-1")
        #expect(workers[2].pid == 42)
        #expect(workers[2].queues == ["default", "gpu"])
        #expect(workers[2].slots == 4)
        let later = try await scene.reader.workers(now: "2999-01-01T00:00:00Z")
        #expect(later.map(\.session) == [draining, scene.session])
    }

    @Test func countsTheJobsOfEachQueue() async throws {
        let scene = try await ReadingScene.make()
        _ = try await scene.submit(jobs: [
            RunStore.NewJob(name: "a", kind: "sql"), RunStore.NewJob(name: "b", kind: "sql"),
            RunStore.NewJob(name: "c", kind: "sql"), RunStore.NewJob(name: "d", kind: "sql", needs: ["c"]),
            RunStore.NewJob(name: "e", kind: "sql", queue: "apart", needs: ["c"]),
        ])
        try await scene.delay(try await scene.claim())
        _ = try await scene.claim()
        let queues = try await scene.reader.queues()
        #expect(queues.map(\.name) == ["apart", "default", "gpu"])
        let byDefault = queues[1]
        #expect(byDefault.pending == 1)
        #expect(byDefault.running == 1)
        #expect(byDefault.delayed == 1)
        #expect(byDefault.blocked == 1)
        #expect(byDefault.suspended == 0)
        #expect(byDefault.oldestPendingAt != nil)
        #expect(queues[0].blocked == 1)
        #expect(queues[0].oldestPendingAt == nil)
        #expect(queues[2].pending == 0)
    }
}
