import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite struct RetentionStoreTests {
    /// Long after everything in a test has ended.
    private static let later = "2100-01-01"
    private static let retention = Duration.seconds(86400)
    private static let tables = [
        "run", "ended_run", "job", "need", "done", "attempt", "step", "replay", "log", "live_run", "ready", "waiting",
    ]

    /// How many rows each table has.
    private static func counts(_ pool: PostgresPool) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in tables {
            let result = try await pool.query(
                PostgresStatement(name: nil, sql: "SELECT count(*) AS rows FROM chassis.\(table)")
            )
            counts[table] = try result.rows.first?.int("rows")
        }
        return counts
    }

    /// A run that has ended, with a row of every sort.
    private static func endedRun(_ fixture: QueueFixture, key: String? = nil) async throws -> RunID {
        let run = try await fixture.submit([("a", []), ("b", ["a"])], key: key).run
        let job = try #require(try await fixture.claim().first)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        for table in [
            "step (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at) "
                + "VALUES ($1, 1, 't1', 1, 'step', 's', 'none', 'recorded', '\\x00', now())",
            "replay (job_id, epoch, steps, model_calls, saved_micro_usd, damaged, at) VALUES ($1, 1, 1, 1, 1, 0, now())",
            "log (run_id, job_id, epoch, at, stream, line) SELECT run_id, job_id, 1, now(), 'event', 'l' "
                + "FROM chassis.job WHERE job_id = $1",
        ] {
            _ = try await fixture.pool.query(
                PostgresStatement(name: nil, sql: "INSERT INTO chassis.\(table)"),
                [.integer(job.id.rawValue)]
            )
        }
        for _ in 0..<2 { _ = try await fixture.end(try await fixture.claim()) }
        #expect(try await fixture.ending(of: run) == "succeeded")
        return run
    }

    @Test func deletesOldRunsWithAllThatIsKnownOfThem() async throws {
        let fixture = try await QueueFixture.make()
        let empty = try await Self.counts(fixture.pool)
        let run = try await Self.endedRun(fixture, key: "k")
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10) == [])
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [run])
        #expect(try await Self.counts(fixture.pool) == empty)
        #expect(try await fixture.submit([("a", [])], key: "k").isNew)
    }

    /// Each is given to one caller at a time, until somebody says that its journals are gone.
    @Test func deletedRunsStayNotedUntilTheirJournalsAreGone() async throws {
        let fixture = try await QueueFixture.make()
        let runs = [try await Self.endedRun(fixture), try await Self.endedRun(fixture)]
        let store = RetentionStore(fixture.pool)
        func taken(_ time: String) async throws -> [RunID] {
            try await store.takePrunedRuns(limit: 10, now: "2100-01-01T\(time)Z").sorted()
        }
        let deletedAt = "2100-01-01T00:00:00Z"
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: deletedAt) == runs)
        #expect(try await taken("00:00:59") == [])
        #expect(try await taken("00:01:00") == runs)
        #expect(try await taken("00:01:59") == [])
        #expect(try await store.takePrunedRuns(limit: 1, now: "2100-01-01T00:02:00Z").count == 1)
        try await store.forgetPrunedRuns([runs[0]])
        #expect(try await taken("00:03:00") == [runs[1]])
        try await store.forgetPrunedRuns(runs)
        #expect(try await taken("00:04:00") == [])
    }

    @Test func keepsUnfinishedRunsAndWhatIsOverTheLimit() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await Self.endedRun(fixture)
        let second = try await Self.endedRun(fixture)
        let before = try await Self.counts(fixture.pool)
        let live = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 1, now: Self.later) == [first])
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 5, now: Self.later) == [second])
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 5, now: Self.later) == [])
        #expect(try await fixture.states(of: live) == ["a": "pending", "b": "blocked"])
        #expect(before["run"] == 2)
    }

    /// A run that is being retried is left alone, and a claim does not wait for a deletion that is under way.
    @Test func waitsForNobodyAndLetsNobodyWait() async throws {
        let fixture = try await QueueFixture.make()
        let held = try await Self.endedRun(fixture)
        let other = try await Self.endedRun(fixture)
        _ = try await fixture.submit([("a", [])])
        let store = RetentionStore(fixture.pool)
        try await fixture.pool.transaction { connection in
            _ = try await connection.query(
                PostgresStatement(name: nil, sql: "SELECT FROM chassis.ended_run WHERE run_id = $1 FOR UPDATE"),
                [.integer(held.rawValue)]
            )
            #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 5, now: Self.later) == [other])
        }
        try await fixture.pool.transaction { connection in
            try await connection.execute(
                "DELETE FROM chassis.ended_run; DELETE FROM chassis.done; DELETE FROM chassis.step"
            )
            let jobs = try await fixture.claim()
            #expect(jobs.map(\.name) == ["a"])
            #expect(try await fixture.end(jobs).ended.count == 1)
        }
    }

    @Test func deletesOldSessionsThatHoldNothing() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", [])])
        #expect(try await fixture.claim().count == 1)
        try await fixture.pool.withConnection { connection in
            let idle = try await QueueFixture.begin("w2", on: connection)
            try await fixture.sessions.finish(idle, on: connection)
            try await fixture.sessions.finish(fixture.session, on: connection)
        }
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneSessions(endedBefore: Self.retention, limit: 5) == 0)
        #expect(try await store.pruneSessions(endedBefore: Self.retention, limit: 5, now: Self.later) == 1)
        #expect(try await store.pruneSessions(endedBefore: Self.retention, limit: 5, now: Self.later) == 0)
    }

    @Test func keepsARunWhileAForkOfItIsThere() async throws {
        let fixture = try await QueueFixture.make()
        let source = try await Self.endedRun(fixture)
        let submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        let fork = try #require(try await ForkStore(fixture.pool).fork(source, as: submission, parting: nil))
        let store = RetentionStore(fixture.pool)
        #expect(
            try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == []
        )
        _ = try await fixture.end(fixture.claim())
        #expect(
            try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [fork.run]
        )
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [source])
        #expect(try await ForkStore(fixture.pool).fork(source, as: submission, parting: nil) == nil)
    }

    /// A job that asks for the run it has started, after a long pause or when its run is retried, would start and pay for another one.
    @Test func keepsAChildWhileItsParentIsThere() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        let run = try await fixture.submit([("up", [])]).run
        let job = try #require(try await fixture.claim().first)
        let children = ChildStore(fixture.pool)
        let child = try #require(try await children.start(submission, call: .only, for: job))
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: child) == "succeeded")
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [])
        #expect(try await children.child(of: job, call: .only)?.run == child)
        _ = try await fixture.end([job])
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [run])
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [child])
    }

    /// A failed child is retried by itself: what it costs counts in the budgets of the runs above it, however far.
    @Test func keepsARunWhileOneBelowItGoesOn() async throws {
        let fixture = try await QueueFixture.make()
        let submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        var runs = [try await fixture.submit([("up", [])]).run]
        let children = ChildStore(fixture.pool)
        var jobs = try await fixture.claim()
        for _ in 0..<2 {
            let above = try #require(jobs.last)
            runs.append(try #require(try await children.start(submission, call: .only, for: above)))
            jobs += try await fixture.claim()
        }
        _ = try await fixture.end(jobs.suffix(1), .failed(JobFailure(code: "c", message: "m")))
        for job in jobs.dropLast().reversed() { _ = try await fixture.end([job]) }
        #expect(try await fixture.runs.retry(runs[2], repeatingUnknown: false) != nil)
        let store = RetentionStore(fixture.pool)
        func prune() async throws -> [RunID] {
            try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later)
        }
        #expect(try await prune() == [])
        _ = try await fixture.end(try await fixture.claim())
        for run in runs { #expect(try await prune() == [run]) }
    }

    /// It lives again once that is committed.
    @Test func keepsARunWhileOneBelowItIsBeingRetried() async throws {
        let fixture = try await QueueFixture.make()
        let above = try await fixture.submit([("up", [])]).run
        let parent = try #require(try await fixture.claim().first)
        let submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        let below = try #require(try await ChildStore(fixture.pool).start(submission, call: .only, for: parent))
        _ = try await fixture.end(try await fixture.claim(), .failed(JobFailure(code: "c", message: "m")))
        _ = try await fixture.end([parent])
        let other = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "other"))
        try await other.execute("BEGIN")
        _ = try await RunStore.retry(below, .init(repeatsUnknown: false), on: other, now: nil)
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [])
        try await other.execute("COMMIT")
        #expect(try await fixture.ending(of: above) == "succeeded")
        await other.close()
    }

    /// What it has cost is put down when its provider has answered.
    @Test func keepsARunWhoseCallsAreInABatch() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await Self.endedRun(fixture)
        _ = try await fixture.pool.query(
            """
            INSERT INTO chassis.batched_call
                (job_id, epoch, position, fingerprint, connection, model, request, request_bytes, added_at)
            SELECT job_id, 1, 't1', '\\x00', 'c', 'm', 'r', 1, now() FROM chassis.job WHERE run_id = $1::bigint LIMIT 1
            """,
            [.integer(run.rawValue)]
        )
        let store = RetentionStore(fixture.pool)
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [])
        _ = try await fixture.pool.query("DELETE FROM chassis.batched_call")
        #expect(try await store.pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later) == [run])
    }

    /// The deletion looked for forks before this one was there, and comes to its source when it is.
    @Test(.timeLimit(.minutes(5))) func keepsARunThatIsForkedWhileItIsLookedAt() async throws {
        let fixture = try await QueueFixture.make()
        let source = try await Self.endedRun(fixture)
        // Whoever reads runs first is stopped on the way, until the lock 2 is free; without the index all of them are read.
        try await fixture.pool.withConnection { connection in
            try await connection.execute(
                """
                CREATE FUNCTION stop() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
                BEGIN
                    IF pg_try_advisory_xact_lock(1) THEN PERFORM pg_advisory_xact_lock_shared(2); END IF;
                    RETURN true;
                END $$;
                DROP INDEX chassis.run_forked_from;
                ALTER TABLE chassis.run RENAME TO stopped_run;
                CREATE VIEW chassis.run AS SELECT * FROM chassis.stopped_run WHERE stop();
                DO $$ BEGIN
                    EXECUTE 'CREATE OR REPLACE VIEW chassis.spare_run AS '
                        || replace(pg_get_viewdef('chassis.spare_run'), 'stopped_run', 'run');
                END $$;
                """
            )
        }
        let submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        let pool = fixture.pool
        let pruned = try await withThrowingTaskGroup(of: [RunID].self) { group in
            try await pool.transaction { connection in
                _ = try await connection.query("SELECT pg_advisory_xact_lock(2)")
                group.addTask {
                    try await RetentionStore(pool).pruneRuns(endedBefore: Self.retention, limit: 10, now: Self.later)
                }
                while try await fixture.waitingForLocks() == 0 {}
                #expect(try await ForkStore(pool).fork(source, as: submission, parting: nil) != nil)
            }
            return try await group.reduce([], +)
        }
        #expect(pruned == [])
        #expect(try await RunReader(pool).summary(of: source) != nil)
    }
}
