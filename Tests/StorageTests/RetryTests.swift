import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs of ended runs that go on, and those that run anew although they succeeded.
@Suite struct RetryTests {
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y"))

    /// Ends jobs as they come until none is pending; those named fail.
    private func drain(_ fixture: QueueFixture, failing: Set<String> = []) async throws {
        while true {
            let claimed = try await fixture.claim()
            guard !claimed.isEmpty else { return }
            for job in claimed {
                _ = try await fixture.end([job], failing.contains(job.name) ? Self.failure : .succeeded(.null))
            }
        }
    }

    @Test func aJobAndAllBehindItRunAnewAndNothingElse() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"]), ("c", ["b"]), ("other", ["a"])]).run
        try await drain(fixture)
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.runs.retry(run, .init()) == .nothing)
        #expect(try await fixture.runs.retry(run, .init(.from("b"))) == .goesOn(queues: ["default"]))
        #expect(
            try await fixture.states(of: run) == [
                "a": "succeeded", "b": "pending", "c": "blocked", "other": "succeeded",
            ]
        )
        let again = try await fixture.claim()
        #expect(again.map(\.name) == ["b"])
        #expect(again[0].attempt == 2 && again[0].epoch.rawValue == 2)
        _ = try await fixture.end(again)
        try await drain(fixture)
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.runs.retry(run, .init(.all)) == .goesOn(queues: ["default"]))
        #expect(try await fixture.states(of: run).filter { $0.value == "pending" }.keys.sorted() == ["a"])
        try await drain(fixture)
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// What failed elsewhere goes on too: the run is to succeed.
    @Test func whatDidNotSucceedGoesOnToo() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"]), ("bad", []), ("end", ["b", "bad"])]).run
        try await drain(fixture, failing: ["bad"])
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await fixture.runs.retry(run, .init(.from("b"))) == .goesOn(queues: ["default"]))
        #expect(
            try await fixture.states(of: run) == ["a": "succeeded", "b": "pending", "bad": "pending", "end": "blocked"]
        )
        try await drain(fixture)
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func onlyJobsThatGoOnBeginAfresh() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        try await drain(fixture)
        let kept = try await fixture.runs.retry(run, .init(.from("b"), fresh: ["a", "b"]))
        #expect(kept == .keepTheirEnding(["a"]))
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.runs.retry(run, .init(.from("b"), fresh: ["b"])) == .goesOn(queues: ["default"]))
        let job = try #require(try await fixture.claim().first)
        let steps = StepStore(fixture.pool)
        #expect(try await steps.freshStart(of: job.id) == LeaseEpoch(rawValue: 1))
        #expect(job.epoch.rawValue == 2)
    }

    /// What was known to have happened counts no more for a job that begins afresh.
    @Test func intentsBeforeAFreshStartAreLeftOut() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let first = try #require(try await fixture.claim().first)
        let steps = StepStore(fixture.pool)
        let identity = StepStore.Identity(
            job: first.id,
            epoch: first.epoch,
            attempt: 1,
            position: "t0001",
            kind: "tool",
            name: "pay",
            effect: .once,
            fingerprint: Array(repeating: 1, count: 32)
        )
        try await steps.intend(identity)
        _ = try await fixture.end([first], Self.failure)
        _ = try await fixture.runs.retry(run, .init())
        let second = try #require(try await fixture.claim().first)
        #expect(try await steps.open(of: second.id, before: second.epoch).count == 1)
        _ = try await fixture.end([second], Self.failure)
        _ = try await fixture.runs.retry(run, .init(fresh: ["a"]))
        let third = try #require(try await fixture.claim().first)
        #expect(try await steps.open(of: third.id, before: third.epoch).isEmpty)
    }

    /// A mapped job that runs anew goes over its new list: items that are there run again, others come and go.
    @Test(arguments: [2, 6]) func aMappedJobGoesOverItsListAnew(_ count: Int) async throws {
        let fixture = try await QueueFixture.make()
        let maps = MapStore(fixture.pool)
        let run = try await fixture.submit([("list", []), ("each", ["list"])]).run
        func map(over items: [JSONValue]) async throws -> [ClaimedJob] {
            let parent = try #require(try await fixture.claim().first { $0.name == "each" })
            _ = try await maps.begin(parent, items: items.count, atOnce: nil, tolerated: 0, failsFast: true)
            #expect(try await maps.add(items, from: 0, to: parent) == "default")
            _ = try await fixture.queue.suspend(
                parent.id,
                epoch: parent.epoch,
                Suspension(waitsFor: .items, detail: "")
            )
            let claimed = try await fixture.claim(100).sorted { $0.item?.index ?? 0 < $1.item?.index ?? 0 }
            _ = try await fixture.end(claimed)
            _ = try await fixture.end(fixture.claim())
            #expect(try await fixture.ending(of: run) == "succeeded")
            return claimed
        }
        _ = try await fixture.end(fixture.claim())
        let first = try await map(over: [1, 2, 3, 4])
        #expect(try await fixture.runs.retry(run, .init(.from("list"))) == .goesOn(queues: ["default"]))
        #expect(try await RunReader(fixture.pool).run(run)?.jobs.map(\.state) == [.pending, .blocked])
        _ = try await fixture.end(fixture.claim())
        let again = try await map(over: (0..<count).map { .integer(Int64($0 * 100)) })
        #expect(again.map { $0.item?.value } == (0..<count).map { .integer(Int64($0 * 100)) })
        for (place, item) in again.enumerated() {
            #expect(place < 4 ? item.id == first[place].id : !first.map(\.id).contains(item.id))
            #expect(item.epoch.rawValue == (place < 4 ? 2 : 1))
            #expect(item.attempt == (place < 4 ? 2 : 1))
        }
        let rows = try await fixture.pool.query(
            "SELECT count(*) AS n FROM chassis.job WHERE parent_job_id IS NOT NULL AND run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows
        #expect(try rows[0].int("n") == count)
    }
}
