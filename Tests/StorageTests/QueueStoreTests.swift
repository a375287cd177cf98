import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite struct QueueStoreTests {
    @Test func claimsInOrderOfPriorityAndAge() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.runs.submit(
            .init(
                workflow: "w",
                source: "s",
                jobs: [
                    .init(name: "low", kind: "llm", priority: -1), .init(name: "first", kind: "llm"),
                    .init(name: "second", kind: "llm"), .init(name: "high", kind: "llm", priority: 5),
                    .init(name: "elsewhere", kind: "llm", queue: "other"),
                ]
            )
        )
        var names: [String] = []
        while let job = try await fixture.claim(1).first { names.append(job.name) }
        #expect(names == ["high", "first", "second", "low"])
    }

    /// The answer to a claim was lost: the session holds a job that nobody runs.
    @Test func givesBackWhatASessionHoldsWithoutItsWorkersKnowing() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("known", []), ("stray", [])])
        let claimed = try await fixture.claim(2)
        let queue = QueueStore(fixture.pool)
        #expect(try await queue.releaseStrays(of: fixture.session, known: [claimed[0].id]) == ["default"])
        #expect(try await queue.releaseStrays(of: fixture.session, known: [claimed[0].id]) == [])
        let again = try await fixture.claim(2)
        #expect(again.map(\.id) == [claimed[1].id])
        #expect(again.map(\.attempt) == [1])
        #expect(again.map(\.epoch.rawValue) == [2])
    }

    @Test func givesEachJobToOneClaimer() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<10 { _ = try await fixture.submit([("a", []), ("b", []), ("c", [])]) }
        let claimed = try await withThrowingTaskGroup(of: [ClaimedJob].self) { group in
            for _ in 0..<16 { group.addTask { try await fixture.claim(5) } }
            return try await group.reduce(into: [ClaimedJob]()) { $0 += $1 }
        }
        #expect(claimed.count == 30)
        #expect(Set(claimed.map(\.id)).count == 30)
        #expect(claimed.allSatisfy { $0.epoch.rawValue == 1 && $0.attempt == 1 })
    }

    @Test func passesOverJobsLockedByAnotherClaimer() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", []), ("b", [])])
        try await fixture.pool.transaction { connection in
            _ = try await connection.query(
                "SELECT FROM chassis.ready JOIN chassis.job USING (job_id) WHERE name = 'a' FOR UPDATE OF ready"
            )
            #expect(try await fixture.claim().map(\.name) == ["b"])
        }
        #expect(try await fixture.claim().map(\.name) == ["a"])
    }

    @Test func readiesDependentsWhenTheLastNeedIsMet() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", []), ("c", ["a", "b"]), ("d", ["c"])]).run
        let jobs = try await fixture.claim()
        #expect(jobs.map(\.name) == ["a", "b"])
        #expect(jobs[0].params == ["x": 1])
        _ = try await fixture.end([jobs[0]])
        #expect(try await fixture.states(of: run)["c"] == "blocked")
        let turn = try await fixture.end([jobs[1]])
        #expect(turn.readied.map(\.queue) == ["default"])
        #expect(
            try await fixture.states(of: run) == ["a": "succeeded", "b": "succeeded", "c": "pending", "d": "blocked"]
        )
        _ = try await fixture.end(fixture.claim())
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func endsAndClaimsWhatItMadePendingInOneTurn() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", []), ("b", ["a"])])
        let job = try #require(try await fixture.claim().first)
        let turn = try await fixture.queue.turn(
            session: fixture.session,
            ending: [JobEnding(of: job, .succeeded(["y": 2]))],
            queue: "default",
            limit: 4
        )
        #expect(turn.ended == [job.id])
        #expect(turn.claimed.map(\.name) == ["b"])
        #expect(try await fixture.runs.outputs(of: job.run) == ["a": .inline(["y": 2])])
    }

    /// Many workers end the needs of one job at the same time: it becomes pending once.
    @Test func countsAFanInRightUnderConcurrency() async throws {
        let fixture = try await QueueFixture.make()
        let names = (0..<40).map { "a\($0)" }
        let run = try await fixture.submit(names.map { ($0, []) } + [("last", names)]).run
        let jobs = try await fixture.claim(40)
        let readied = try await withThrowingTaskGroup(of: Int.self) { group in
            for job in jobs { group.addTask { try await fixture.end([job]).readied.count } }
            return try await group.reduce(0, +)
        }
        #expect(readied == 1)
        #expect(try await fixture.states(of: run)["last"] == "pending")
    }

    @Test func skipsWhatDependsOnAFailure() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"]), ("c", ["b"]), ("d", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.end([jobs[0]], .failed(JobFailure(code: "x", message: "y")))
        #expect(try await fixture.states(of: run) == ["a": "failed", "b": "skipped", "c": "skipped", "d": "running"])
        #expect(try await fixture.ending(of: run) == nil)
        _ = try await fixture.end([jobs[1]])
        #expect(try await fixture.ending(of: run) == "failed")
    }

    @Test func endsNothingUnderALostLease() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let job = try #require(try await fixture.claim().first)
        #expect(try await fixture.queue.release(job.id, epoch: job.epoch) == "default")
        let again = try #require(try await fixture.claim().first)
        #expect(again.epoch.rawValue == 2)
        #expect(again.attempt == 1)
        #expect(try await fixture.end([job]).ended.isEmpty)
        #expect(try await fixture.states(of: run) == ["a": "running", "b": "blocked"])
        #expect(try await fixture.queue.release(job.id, epoch: job.epoch) == nil)
        #expect(
            try await !fixture.queue.delay(
                job.id,
                epoch: job.epoch,
                for: .seconds(1),
                failure: JobFailure(code: "x", message: "")
            )
        )
        #expect(try await fixture.end([again]).ended == [again.id])
        #expect(try await fixture.end([again]).ended.isEmpty)
        #expect(try await fixture.states(of: run) == ["a": "succeeded", "b": "pending"])
    }

    @Test func setsAFailedJobAsideUntilItIsDue() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let failure = JobFailure(code: "x", message: "y")
        #expect(try await fixture.queue.delay(job.id, epoch: job.epoch, for: .seconds(3600), failure: failure))
        #expect(try await fixture.states(of: run) == ["a": "delayed"])
        #expect(try await fixture.queue.readyDueJobs() == [])
        let wait = try #require(try await fixture.queue.nextDue())
        #expect(wait > .seconds(3500) && wait <= .seconds(3600))
        #expect(try await fixture.queue.readyDueJobs(now: "2999-01-01") == ["default"])
        let again = try #require(try await fixture.claim().first)
        #expect(again.attempt == 2)
        #expect(again.failures == 1)
        #expect(again.epoch.rawValue == 2)
    }

    @Test func claimsNothingForASessionThatHasEnded() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", [])])
        try await fixture.pool.withConnection { try await fixture.sessions.finish(fixture.session, on: $0) }
        #expect(try await fixture.claim().isEmpty)
    }

    /// A run that was written by somebody else, or by a program of before.
    @Test func oneJobWhoseParamsCannotBeReadHarmsNoOther() async throws {
        let fixture = try await QueueFixture.make()
        let deep = try await fixture.submit([("deep", [])])
        _ = try await fixture.submit([("plain", [])])
        for (depth, isReadable) in [(129, true), (300, false)] {
            _ = try await fixture.pool.query(
                "UPDATE chassis.run SET params = $2::jsonb WHERE run_id = $1::bigint",
                [
                    .integer(deep.run.rawValue),
                    .text(String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)),
                ]
            )
            let claimed = try await fixture.claim()
            #expect(claimed.map(\.name) == ["deep", "plain"])
            #expect(claimed.map { $0.unreadable == nil } == [isReadable, true])
            #expect(claimed.first?.params.isEmpty == !isReadable)
            let queue = QueueStore(fixture.pool)
            for job in claimed { #expect(try await queue.release(job.id, epoch: job.epoch) == "default") }
        }
    }

    /// The ordered index alone is walked: the plan has no sort and no scan of the whole table.
    @Test func walksTheOrderedIndex() async throws {
        let fixture = try await QueueFixture.make()
        let rows = try await fixture.pool.withConnection { connection in
            try await connection.execute(
                "SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off"
            )
            return try await connection.query(
                """
                EXPLAIN SELECT ctid FROM chassis.ready WHERE queue = 'default'
                ORDER BY queue, -priority::integer, place LIMIT 50 FOR UPDATE SKIP LOCKED
                """
            ).rows.map { try $0.string("QUERY PLAN") }
        }
        let plan = rows.joined(separator: "\n")
        #expect(plan.contains("ready_order"))
        #expect(!plan.contains("Sort") && !plan.contains("Seq Scan"))
    }
}
