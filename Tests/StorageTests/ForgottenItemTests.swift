import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Items of mapped jobs that run anew without them, and what they gave to batches.
@Suite(.timeLimit(.minutes(5))) struct ForgottenItemTests {
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y"))

    private struct Scene {
        let fixture: QueueFixture
        let maps: MapStore
        let batches: BatchStore
        let run: RunID
    }

    /// A run of a mapped job behind another one, whose two items were given to batches and cancelled.
    private static func cancelled() async throws -> Scene {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("before", []), ("each", ["before"])]).run
        _ = try await fixture.end(fixture.claim())
        let parent = try #require(try await fixture.claim().first)
        let maps = MapStore(fixture.pool)
        _ = try await maps.begin(parent, items: 2, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([0, 1], from: 0, to: parent)
        #expect(
            try await fixture.queue.suspend(parent.id, epoch: parent.epoch, Suspension(waitsFor: .items, detail: ""))
                == .waiting
        )
        let batches = BatchStore(fixture.pool)
        for item in try await fixture.claim() { try await fixture.giveToBatch(item) }
        _ = try await fixture.runs.cancel(run)
        #expect(try await fixture.ending(of: run) == "cancelled")
        return Scene(fixture: fixture, maps: maps, batches: batches, run: run)
    }

    /// The run is retried from before its mapped job, and fails before it comes there again: nobody asks for the items' calls any more.
    @Test func callsOfItemsThatDoNotComeAgainAreSettled() async throws {
        let scene = try await Self.cancelled()
        let (fixture, batches) = (scene.fixture, scene.batches)
        _ = try await fixture.runs.retry(scene.run, .init(.from("before")))
        #expect(try await batches.leftCalls(of: "c", limit: 10).isEmpty, "they may come again")
        _ = try await fixture.end(fixture.claim(), Self.failure)
        #expect(try await fixture.ending(of: scene.run) == "failed")
        let left = try await batches.leftCalls(of: "c", limit: 10)
        #expect(left.count == 2)
        for call in left { try await batches.settle(call, as: .recorded(usage: nil, cost: MicroDollars(rawValue: 5))) }
        #expect(try await batches.leftCalls(of: "c", limit: 10).isEmpty)
        #expect(try await fixture.count("SELECT count(*) FROM chassis.batched_call") == 0)
        #expect(try await fixture.count("SELECT sum(cost_micro_usd)::bigint FROM chassis.step") == 10)
    }

    /// The mapped job runs anew over a shorter list: an item that is none any more stays while a call of it is in a batch, and is no part
    /// of the output.
    @Test func itemsThatAreNoneAnyMoreAreForgotten() async throws {
        let scene = try await Self.cancelled()
        let (fixture, batches) = (scene.fixture, scene.batches)
        for isSettled in [false, true] {
            _ = try await fixture.runs.retry(scene.run, .init(.from("each")))
            let zombie = try #require(try await fixture.claim().first)
            _ = try await fixture.queue.release(zombie.id, epoch: zombie.epoch)
            let parent = try #require(try await fixture.claim().first)
            _ = try await scene.maps.begin(parent, items: 1, atOnce: nil, tolerated: 0, failsFast: true)
            // Whoever does not hold the job any more forgets nothing.
            _ = try await scene.maps.begin(zombie, items: 0, atOnce: nil, tolerated: 0, failsFast: true)
            #expect(try await scene.maps.items(of: parent.id, from: 0).count == 1)
            #expect(try await fixture.count("SELECT count(*) FROM chassis.job") == (isSettled ? 3 : 4))
            _ = try await fixture.end([parent], Self.failure)
            for call in try await batches.leftCalls(of: "c", limit: 10) {
                try await batches.settle(call, as: .recorded(usage: nil, cost: nil))
            }
            #expect(try await fixture.count("SELECT count(*) FROM chassis.batched_call") == 0)
        }
        let orphans = """
            SELECT count(*) FROM (SELECT job_id FROM chassis.attempt UNION ALL SELECT job_id FROM chassis.step) AS known
            WHERE NOT EXISTS (SELECT FROM chassis.job WHERE job.job_id = known.job_id)
            """
        #expect(try await fixture.count(orphans) == 0)
    }
}
