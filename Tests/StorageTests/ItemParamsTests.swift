import JobModel
import Postgres
import Testing

@testable import Storage

/// Items of a run that a worker knows come without the params of their run.
@Suite struct ItemParamsTests {
    private static func item(of run: Int64, _ params: JSONObject) -> ClaimedJob {
        ClaimedJob(
            id: JobID(rawValue: run * 10),
            run: RunID(rawValue: run),
            version: VersionID(rawValue: 1),
            name: "each",
            kind: "llm",
            params: params,
            attempt: 1,
            epoch: LeaseEpoch(rawValue: 1),
            failures: 0,
            losses: 0,
            isCancelled: false,
            isFork: false,
            item: ClaimedJob.Item(parent: JobID(rawValue: 1), index: 0, value: 1)
        )
    }

    @Test func paramsComeWithTheFirstClaimOfItemsAlone() async throws {
        let fixture = try await QueueFixture.make()
        let maps = MapStore(fixture.pool)
        _ = try await fixture.submit([("each", [])])
        let parent = try #require(try await fixture.claim().first)
        _ = try await maps.begin(parent, items: 6, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([1, 2, 3, 4, 5, 6], from: 0, to: parent)
        var known = ItemParams()
        func claim(knowing params: ItemParams) async throws -> [ClaimedJob] {
            try await fixture.queue.turn(session: fixture.session, queue: "default", limit: 2, knowing: params).claimed
        }
        let first = try await claim(knowing: known)
        #expect(first.map(\.params) == [["x": 1], ["x": 1]])
        known.claimed(first)
        // No run's params ever change; here they do, so that it shows which ones an item has.
        _ = try await fixture.pool.query(#"UPDATE chassis.run SET params = '{"x": 2}'"#)
        #expect(try await claim(knowing: known).map(\.params) == [["x": 1], ["x": 1]])
        #expect(try await claim(knowing: ItemParams()).map(\.params) == [["x": 2], ["x": 2]])
    }

    @Test func knowsTheRunsOfTheLastItemsUntilAClaimFindsNothing() {
        var known = ItemParams()
        for run in [1, 2, 1, 3, 4, 5] as [Int64] { known.claimed([Self.item(of: run, ["run": .integer(run)])]) }
        #expect(known.known.map(\.run.rawValue) == [1, 3, 4, 5])
        #expect(known.known.map(\.params) == [["run": 1], ["run": 3], ["run": 4], ["run": 5]])
        known.claimed([])
        #expect(known.known.isEmpty)
    }
}
