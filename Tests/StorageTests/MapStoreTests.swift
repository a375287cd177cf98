import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// The items of mapped jobs: added, limited, counted, stopped, retried.
@Suite(.timeLimit(.minutes(5))) struct MapStoreTests {
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y"))

    private struct Scene {
        let fixture: QueueFixture
        let maps: MapStore
        let run: RunID
        var parent: ClaimedJob
    }

    /// A claimed mapped job with so many items.
    private func scene(
        _ items: Int,
        atOnce: Int? = nil,
        tolerated: Int? = 0,
        failsFast: Bool = true
    ) async throws -> Scene {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("each", []), ("after", ["each"])]).run
        let parent = try #require(try await fixture.claim().first)
        let maps = MapStore(fixture.pool)
        #expect(try await maps.progress(of: parent.id) == nil)
        _ = try await maps.begin(parent, items: items, atOnce: atOnce, tolerated: tolerated, failsFast: failsFast)
        let values = (0..<items).map { JSONValue.integer(Int64($0 * 10)) }
        #expect(try await maps.add(values, from: 0, to: parent) == (items == 0 ? "default" : "default"))
        return Scene(fixture: fixture, maps: maps, run: run, parent: parent)
    }

    private func suspend(_ scene: Scene) async throws {
        let suspension = Suspension(waitsFor: .items, detail: "")
        #expect(
            try await scene.fixture.queue.suspend(scene.parent.id, epoch: scene.parent.epoch, suspension) == .waiting
        )
    }

    @Test func itemsRunAndResumeTheMappedJobOnce() async throws {
        let scene = try await scene(25)
        // Done again, it adds nothing.
        #expect(try await scene.maps.add([0, 10], from: 0, to: scene.parent) == "default")
        try await suspend(scene)
        let items = try await scene.fixture.claim(100)
        #expect(items.compactMap(\.item?.index).sorted() == Array(0..<25))
        #expect(items.allSatisfy { $0.name == "each" && $0.item?.parent == scene.parent.id })
        #expect(items.first { $0.item?.index == 7 }?.item?.value == 70)
        let first = try await scene.fixture.end(Array(items.prefix(10)), .succeeded(["a": 1]))
        #expect(first.readied.isEmpty)
        let last = try await scene.fixture.end(Array(items.dropFirst(10)))
        #expect(last.readied.map(\.job) == [scene.parent.id])
        let parent = try #require(try await scene.fixture.claim().first)
        #expect(parent.id == scene.parent.id)
        #expect(parent.item == nil)
        let progress = try #require(try await scene.maps.progress(of: parent.id))
        #expect(progress.succeeded == 25)
        #expect(progress.unfinished == 0)
        let page = try await scene.maps.items(of: parent.id, from: 3, limit: 4)
        #expect(page.map(\.index) == [3, 4, 5, 6])
        #expect(page.first?.output == .text(#"{"a": 1}"#))
        #expect(try await scene.fixture.end([parent]).readied.count == 1)
        _ = try await scene.fixture.end(scene.fixture.claim())
        #expect(try await scene.fixture.ending(of: scene.run) == "succeeded")
    }

    /// A list that is a param is not sent once for each of its items; every item has it all the same.
    @Test func itemsShareTheParamsOfTheirRun() async throws {
        let fixture = try await QueueFixture.make()
        let maps = MapStore(fixture.pool)
        var lists: [RunID: JSONValue] = [:]
        for number in 1...3 {
            let receipt = try await fixture.runs.submit(
                .init(
                    workflow: "w",
                    source: "s",
                    params: ["list": .integer(Int64(number))],
                    jobs: [.init(name: "each", kind: "llm"), .init(name: "beside", kind: "llm")]
                )
            )
            lists[receipt.run] = .integer(Int64(number))
        }
        let jobs = try await fixture.claim(100)
        #expect(jobs.count == 6 && jobs.allSatisfy { $0.params["list"] == lists[$0.run] })
        for parent in jobs where parent.name == "each" {
            _ = try await maps.begin(parent, items: 5, atOnce: nil, tolerated: 0, failsFast: true)
            _ = try await maps.add([0, 1, 2, 3, 4], from: 0, to: parent)
        }
        let items = try await fixture.claim(100)
        #expect(items.count == 15 && items.allSatisfy { $0.params["list"] == lists[$0.run] })
    }

    /// Never more than the limit are active, and all of them run, in their order.
    @Test func aLimitIsNeverExceeded() async throws {
        let scene = try await scene(23, atOnce: 4)
        try await suspend(scene)
        var seen: [Int] = []
        var held: [ClaimedJob] = []
        var random = SeededGenerator(seed: 5)
        while seen.count < 23 || !held.isEmpty {
            let ending = Array(held.prefix(Int.random(in: 0...held.count, using: &random)))
            held.removeFirst(ending.count)
            _ = try await scene.fixture.end(ending)
            let claimed = try await scene.fixture.claim(10).filter { $0.item != nil }
            held += claimed
            seen += claimed.compactMap(\.item?.index).sorted()
            #expect(held.count <= 4)
        }
        #expect(seen.sorted() == Array(0..<23))
    }

    @Test func tooManyFailuresStopWhatHasNotBegun() async throws {
        let scene = try await scene(20, atOnce: 3, tolerated: 1)
        try await suspend(scene)
        let items = try await scene.fixture.claim()
        #expect(items.count == 3)
        #expect(try await scene.fixture.end([items[0]], Self.failure).readied.count == 1)
        let failed = try await scene.fixture.end([items[1]], Self.failure)
        #expect(failed.readied.map(\.job) == [scene.parent.id])
        let claimed = try await scene.fixture.claim()
        let parent = try #require(claimed.first { $0.item == nil })
        #expect(try #require(try await scene.maps.progress(of: parent.id)).mustStop)
        #expect(try await scene.maps.stop(parent) == [])
        let stopped = try #require(try await scene.maps.progress(of: parent.id))
        #expect(!stopped.mustStop)
        #expect(stopped.hasFailed)
        #expect(stopped.unfinished == 1 + claimed.count - 1)
        _ = try await scene.fixture.end([items[2]] + claimed.filter { $0.item != nil })
        #expect(try #require(try await scene.maps.progress(of: parent.id)).unfinished == 0)
        _ = try await scene.fixture.end([parent], Self.failure)
        #expect(try await scene.fixture.ending(of: scene.run) == "failed")
    }

    /// A retry runs failed and skipped items again, within the limit, and no others.
    @Test func aRetryRunsFailedItemsAgain() async throws {
        let scene = try await scene(6, atOnce: 2, tolerated: 0, failsFast: false)
        var epoch = 0
        while epoch < 3 {
            let items = try await scene.fixture.claim()
            _ = try await scene.fixture.end([items[0]], Self.failure)
            _ = try await scene.fixture.end([items[1]])
            epoch += 1
        }
        _ = try await scene.fixture.end([scene.parent], Self.failure)
        #expect(try await scene.fixture.ending(of: scene.run) == "failed")
        #expect(try await scene.fixture.runs.retry(scene.run, repeatingUnknown: false) != nil)
        let again = try await scene.fixture.claim(10)
        #expect(again.count { $0.item != nil } == 2)
        #expect(again.count { $0.item == nil } == 1)
        #expect(try await scene.maps.progress(of: scene.parent.id)?.unfinished == 3)
        _ = try await scene.fixture.end(again.filter { $0.item != nil })
        #expect(try await scene.fixture.claim(10).count == 1)
    }

    @Test func aCancellationEndsItems() async throws {
        let scene = try await scene(10, atOnce: 2)
        try await suspend(scene)
        let items = try await scene.fixture.claim(1)
        #expect(try await scene.fixture.runs.cancel(scene.run)?.running == 1)
        _ = try await scene.fixture.end(items, .cancelled)
        #expect(try await scene.fixture.ending(of: scene.run) == "cancelled")
    }

    /// Items are added, and added again over another connection while the server still carries out the first; workers claim them
    /// between the two.
    @Test func itemsAddedTwiceAreItemsOnce() async throws {
        let scene = try await scene(1)
        let pool = scene.fixture.pool
        let items = try await scene.fixture.claim()
        let lease: [PostgresParameter] = [
            .integer(scene.parent.id.rawValue), .integer(scene.parent.epoch.rawValue),
        ]
        let (first, second) = (Held(), Held())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.transaction { connection in
                    _ = try await connection.query(Statement.lockMappedJob, lease)
                    _ = try await connection.query(Statement.addItems, lease + [1, .array(["10", "20"]), nil])
                    await first.wait()
                }
            }
            await first.isThere()
            group.addTask { _ = try await scene.maps.add([10, 20], from: 1, to: scene.parent) }
            while try await scene.fixture.waitingForLocks() < 1 {}
            group.addTask {
                try await pool.transaction { connection in
                    _ = try await connection.query(Statement.lockLiveRuns, [.array([scene.run.rawValue])])
                    await second.wait()
                }
            }
            while try await scene.fixture.waitingForLocks() < 2 {}
            first.letGo()
            await second.isThere()
            #expect(try await scene.fixture.claim().count == 2)
            second.letGo()
            try await group.waitForAll()
        }
        #expect(try await scene.fixture.count("SELECT jobs FROM chassis.live_run") == 5)
        #expect(try await scene.fixture.pending() == 0)
        #expect(items.count == 1)
    }

    @Test func nothingIsAddedWithoutTheLeaseOrToACancelledRun() async throws {
        let scene = try await scene(1)
        _ = try await scene.fixture.runs.cancel(scene.run)
        #expect(try await scene.maps.add([1], from: 1, to: scene.parent) == nil)
        _ = try await scene.fixture.end([scene.parent], .cancelled)
        #expect(try await scene.maps.add([1], from: 1, to: scene.parent) == nil)
    }
}

/// Something that is held until it is let go.
private struct Held: Sendable {
    private let there = AsyncStream.makeStream(of: Void.self)
    private let free = AsyncStream.makeStream(of: Void.self)

    func wait() async {
        there.continuation.yield()
        for await _ in free.stream { break }
    }

    func isThere() async { for await _ in there.stream { break } }

    func letGo() { free.continuation.yield() }
}
