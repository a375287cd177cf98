import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite struct RunStoreTests {
    @Test func returnsTheFirstRunForTheSameKey() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit([("a", [])], key: "k")
        let second = try await fixture.submit([("a", [])], key: "k")
        #expect(first.isNew && !second.isNew)
        #expect(first.run == second.run)
        #expect(try await fixture.claim().count == 1)
        #expect(try await fixture.submit([("a", [])]).isNew)
    }

    @Test func keepsOneVersionForOneContent() async throws {
        let fixture = try await QueueFixture.make()
        let receipts = try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    _ = try await fixture.runs.submit(
                        .init(workflow: "same", source: "content \(number % 3)", jobs: [.init(name: "a", kind: "llm")])
                    )
                }
            }
            try await group.waitForAll()
            return try await fixture.pool.query(
                """
                SELECT count(*) AS versions, count(DISTINCT number) AS numbers, max(number) AS newest
                FROM chassis.workflow_version JOIN chassis.workflow USING (workflow_id) WHERE name = 'same'
                """
            ).rows[0]
        }
        #expect(try receipts.int("versions") == 3)
        #expect(try receipts.int("numbers") == 3)
        let job = try #require(try await fixture.claim().first)
        #expect(try await fixture.runs.version(job.version).source.hasPrefix("content "))
        await #expect(throws: StorageError.versionMissing(VersionID(rawValue: 999))) {
            try await fixture.runs.version(VersionID(rawValue: 999))
        }
    }

    /// It has a statement of its own.
    @Test func aLoneJobIsWrittenAsOneOfSeveral() async throws {
        let fixture = try await QueueFixture.make()
        func rows(_ others: [RunStore.NewJob]) async throws -> [String] {
            let queue = others.isEmpty ? "lone" : "several"
            let job = RunStore.NewJob(name: "b", kind: "llm", queue: queue, priority: 3)
            var written: [String] = []
            for _ in 0..<2 {
                var submission = RunStore.Submission(
                    workflow: "w",
                    source: "source",
                    team: "t",
                    params: ["x": 1],
                    jobs: others + [job]
                )
                submission.requester = "who"
                submission.idempotencyKey = "\(queue) \(written.count)"
                let run = try await fixture.runs.submit(submission, now: "2026-01-02T03:04:05Z").run
                for (table, key) in [("run", "run_id"), ("live_run", "run_id"), ("job", "name"), ("ready", "queue")] {
                    let found = try await fixture.pool.query(
                        PostgresStatement(
                            name: nil,
                            sql: """
                                SELECT (to_jsonb(t) - ARRAY['run_id', 'job_id', 'queue', 'position', 'jobs', 'unfinished',
                                                            'idempotency_key'])::text AS row
                                FROM chassis.\(table) AS t
                                WHERE run_id = \(run.rawValue)
                                  AND \(key)::text IN ('\(run.rawValue)', 'b', '\(queue)')
                                """
                        )
                    )
                    written += try found.rows.map { "\(table): \(try $0.string("row"))" }
                }
            }
            return written
        }
        let lone = try await rows([])
        #expect(lone.count == 8)
        #expect(try await rows([.init(name: "a", kind: "llm", queue: "elsewhere")]) == lone)
    }

    @Test func cancelsWhatNobodyHoldsAtOnce() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        #expect(try await fixture.runs.cancel(run) == .init(running: 0))
        #expect(try await fixture.states(of: run) == ["a": "cancelled", "b": "cancelled"])
        #expect(try await fixture.ending(of: run) == "cancelled")
        #expect(try await fixture.runs.cancel(run) == nil)
        #expect(try await fixture.runs.cancel(RunID(rawValue: 99)) == nil)
    }

    @Test func marksAClaimWhoseRunWasCancelled() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        _ = try await fixture.runs.cancel(run)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        #expect(try #require(try await fixture.claim().first).isCancelled)
    }

    @Test func bringsARunBackWithoutRepeatingWhatSucceeded() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"]), ("c", ["b"]), ("d", ["a", "b"])]).run
        #expect(try await fixture.runs.retry(run, repeatingUnknown: false) == nil)
        _ = try await fixture.end(fixture.claim())
        let failing = try await fixture.claim()
        _ = try await fixture.end(failing, .failed(JobFailure(code: "x", message: "y")))
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await fixture.runs.retry(run, repeatingUnknown: false) == ["default"])
        #expect(
            try await fixture.states(of: run) == ["a": "succeeded", "b": "pending", "c": "blocked", "d": "blocked"]
        )
        let again = try await fixture.claim()
        #expect(again.map(\.name) == ["b"])
        #expect(again[0].attempt == 2 && again[0].failures == 0 && again[0].epoch.rawValue == 2)
        _ = try await fixture.end(again)
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.runs.retry(run, repeatingUnknown: false) == nil)
    }
}
