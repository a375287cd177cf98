import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What schedulers watch, by the database's clock.
@Suite struct WatchStoreTests {
    private static func time(_ minutes: Int) -> String {
        "2026-03-01T\(12 + minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60):00Z"
    }

    private func submit(
        _ fixture: QueueFixture,
        job: [WatchTerms] = [],
        run: [WatchTerms] = [],
        notices: Set<RunState> = []
    ) async throws -> RunID {
        var submission = RunStore.Submission(
            workflow: "w",
            source: "s",
            jobs: [.init(name: "a", kind: "llm", watches: job), .init(name: "b", kind: "llm", needs: ["a"])]
        )
        submission.watches = run
        submission.notices = notices
        return try await fixture.runs.submit(submission, now: Self.time(0)).run
    }

    private func told(_ fixture: QueueFixture) async throws -> [String] {
        try await messages(fixture).map(\.event)
    }

    /// What is to be told; however long a test takes, it is told once.
    private func messages(_ fixture: QueueFixture) async throws -> [OutboxStore.Message] {
        let store = OutboxStore(fixture.pool)
        let messages = try await store.take(limit: 10)
        _ = try await store.forget(messages.map(\.id))
        return messages
    }

    private func claim(_ fixture: QueueFixture, at minutes: Int) async throws -> [ClaimedJob] {
        try await fixture.queue.turn(
            session: fixture.session,
            queue: "default",
            limit: 1,
            now: Self.time(minutes)
        ).claimed
    }

    @Test func aPendingJobIsLateAfterItsTime() async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let run = try await submit(fixture, job: [WatchTerms(.queue, .seconds(600))])
        #expect(try await watches.judge(limit: 10, now: Self.time(9)).isEmpty)
        let late = try await watches.judge(limit: 10, now: Self.time(10))
        #expect(late.map(\.run) == [run])
        #expect(late[0].terms == WatchTerms(.queue, .seconds(600)))
        // Looked at, and due again should nobody do it.
        #expect(try await watches.judge(limit: 10, now: Self.time(10)).isEmpty)
        #expect(try await watches.judge(limit: 10, now: Self.time(11)).count == 1)
        try await watches.settle(late[0], isDone: true)
        #expect(try await watches.judge(limit: 10, now: Self.time(60)).isEmpty)
        #expect(try await told(fixture).isEmpty)
    }

    /// It counts from when the job last became pending, and not while it runs.
    @Test func theQueueIsWatchedEachTimeAnew() async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        _ = try await submit(fixture, job: [WatchTerms(.queue, .seconds(600))])
        let job = try #require(try await claim(fixture, at: 8).first)
        #expect(try await watches.judge(limit: 10, now: Self.time(30)).isEmpty)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch, now: Self.time(35))
        #expect(try await watches.judge(limit: 10, now: Self.time(44)).isEmpty)
        #expect(try await watches.judge(limit: 10, now: Self.time(45)).count == 1)
    }

    /// It counts from the start of the first attempt, whatever comes between.
    @Test func theTotalCountsAllAttempts() async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let run = try await submit(fixture, job: [WatchTerms(.total, .seconds(1800))])
        #expect(try await watches.judge(limit: 10, now: Self.time(40)).isEmpty)
        let job = try #require(try await claim(fixture, at: 50).first)
        _ = try await fixture.queue.delay(
            job.id,
            epoch: job.epoch,
            for: .seconds(60),
            failure: JobFailure(code: "x", message: "y"),
            now: Self.time(60)
        )
        #expect(try await watches.judge(limit: 10, now: Self.time(79)).isEmpty)
        let late = try await watches.judge(limit: 10, now: Self.time(80))
        #expect(late.map(\.terms.kind) == [.total])
        let failure = JobFailure(code: "total-timeout", message: "long")
        let closing = try await fixture.runs.fail(job.id, of: run, because: failure, whilePending: false)
        #expect(closing == .closed(queues: [], resumed: []))
        #expect(try await fixture.states(of: run) == ["a": "failed", "b": "skipped"])
        #expect(try await fixture.ending(of: run) == "failed")
    }

    @Test func aJobThatIsPendingNoMoreIsLeft() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(fixture)
        let job = try #require(try await fixture.claim().first)
        let failure = JobFailure(code: "queue-timeout", message: "long")
        #expect(try await fixture.runs.fail(job.id, of: run, because: failure, whilePending: true) == .nothing)
        #expect(try await fixture.states(of: run) == ["a": "running", "b": "blocked"])
    }

    @Test func aDeadlineIsToldOnceAndShown() async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let run = try await submit(
            fixture,
            job: [WatchTerms(.deadline, .seconds(600), otherwise: .tell)],
            run: [WatchTerms(.deadline, .seconds(1200), otherwise: .fail)]
        )
        #expect(try await watches.judge(limit: 10, now: Self.time(10)).isEmpty)
        #expect(try await told(fixture) == ["job.deadline"])
        let late = try await watches.judge(limit: 10, now: Self.time(20))
        #expect(late.map(\.job) == [nil])
        #expect(try await watches.judge(limit: 10, now: Self.time(21)).count == 1)
        let events = try await messages(fixture)
        #expect(events.map(\.event) == ["run.deadline"])
        #expect(events.first?.body["workflow"] == "w")
        let shown = try #require(try await RunReader(fixture.pool).run(run)).deadlines
        #expect(shown.map(\.job) == [nil, "a"])
        #expect(shown.allSatisfy { $0.passedAt != nil })
        _ = try await fixture.runs.cancel(run, isLate: true)
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await watches.judge(limit: 10, now: Self.time(40)).isEmpty)
    }

    @Test func endingsAreToldThatTheFileNames() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(fixture, notices: [.failed])
        let silent = try await submit(fixture)
        for other in [silent, run] {
            let job = try #require(try await fixture.claim(10).first { $0.run == other })
            _ = try await fixture.end([job], .failed(JobFailure(code: "x", message: "y")))
            if other == silent { #expect(try await told(fixture).isEmpty) }
            let rest = try await fixture.pool.query("SELECT job_id, epoch FROM chassis.lease").rows
            for row in rest {
                _ = try await fixture.queue.release(
                    JobID(rawValue: try row.int64("job_id")),
                    epoch: LeaseEpoch(rawValue: try row.int64("epoch"))
                )
            }
        }
        let message = try #require(try await messages(fixture).first)
        #expect(message.event == "run.failed")
        #expect(message.body["run"]?.integerValue == run.rawValue)
        // Brought back to life, it is told again; and what it succeeds in is not.
        _ = try await fixture.runs.retry(run, .init())
        for _ in 0..<2 { _ = try await fixture.end(fixture.claim()) }
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await told(fixture).isEmpty)
    }

    @Test func aRetryIsWatchedAnew() async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let run = try await submit(fixture, run: [WatchTerms(.deadline, .seconds(600), otherwise: .cancel)])
        _ = try await fixture.runs.cancel(run)
        #expect(try await watches.judge(limit: 10, now: Self.time(30)).isEmpty)
        _ = try await fixture.runs.retry(run, .init(), now: Self.time(60))
        #expect(try await watches.judge(limit: 10, now: Self.time(69)).isEmpty)
        #expect(try await watches.judge(limit: 10, now: Self.time(70)).map(\.terms.otherwise) == [.cancel])
    }

    /// What was judged before the retry says nothing about the watch of the retried run.
    @Test(arguments: [true, false]) func aRetryIsWatchedAlthoughSomebodySettlesLate(_ isDone: Bool) async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let run = try await submit(fixture, run: [WatchTerms(.deadline, .seconds(600), otherwise: .cancel)])
        let late = try await watches.judge(limit: 10, now: Self.time(30))
        #expect(late.map(\.run) == [run])
        _ = try await fixture.runs.cancel(run)
        _ = try await fixture.runs.retry(run, .init(), now: Self.time(60))
        try await watches.settle(late[0], isDone: isDone, now: Self.time(65))
        #expect(try await watches.judge(limit: 10, now: Self.time(69)).isEmpty)
        #expect(try await watches.judge(limit: 10, now: Self.time(70)).map(\.run) == [run])
    }

    /// Nor is the retried run ended by it, nor a job of it.
    @Test(arguments: [
        (WatchTerms.Kind.deadline, false), (.deadline, true), (.total, true), (.queue, true),
    ])
    func aRetriedRunIsNotEndedByWhatWasJudgedBefore(_ kind: WatchTerms.Kind, _ isOfJob: Bool) async throws {
        let fixture = try await QueueFixture.make()
        let watches = WatchStore(fixture.pool)
        let terms = [WatchTerms(kind, .seconds(600), otherwise: .fail)]
        let run = try await submit(fixture, job: isOfJob ? terms : [], run: isOfJob ? [] : terms)
        let held = kind == .total ? try await claim(fixture, at: 1) : []
        let judged = try #require(try await watches.judge(limit: 10, now: Self.time(30)).first)
        _ = try await fixture.runs.cancel(run)
        if !held.isEmpty { _ = try await fixture.end(held, .cancelled) }
        #expect(try await fixture.runs.retry(run, .init(), now: Self.time(31)) == .goesOn(queues: ["default"]))
        try await act(on: judged, fixture, at: 32, isDone: false)
        #expect(try await fixture.states(of: run) == ["a": "pending", "b": "blocked"])
        // What is judged of it then counts.
        if kind == .total { #expect(try await claim(fixture, at: 33).count == 1) }
        let anew = try #require(try await watches.judge(limit: 10, now: Self.time(60)).first)
        try await act(on: anew, fixture, at: 60, isDone: true)
    }

    /// Does what a watch asks for, as a scheduler does.
    private func act(
        on watch: WatchStore.Expired,
        _ fixture: QueueFixture,
        at minutes: Int,
        isDone: Bool
    ) async throws {
        let now = Self.time(minutes)
        guard let job = watch.job else {
            let cancelled = try await fixture.runs.cancel(watch.run, isLate: true, for: watch, now: now)
            #expect((cancelled != nil) == isDone)
            return
        }
        let closing = try await fixture.runs.fail(
            job,
            of: watch.run,
            because: JobFailure(code: "late", message: "long"),
            whilePending: watch.terms.kind == .queue,
            for: watch,
            now: now
        )
        #expect(closing == (isDone ? .closed(queues: [], resumed: []) : .nothing))
    }

    /// A job that was claimed and given back since waits anew.
    @Test func aJobThatIsPendingAnewIsNotLateByWhatWasJudgedBefore() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(fixture, job: [WatchTerms(.queue, .seconds(600))])
        let judged = try #require(try await WatchStore(fixture.pool).judge(limit: 10, now: Self.time(30)).first)
        let job = try #require(try await claim(fixture, at: 31).first)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch, now: Self.time(32))
        try await act(on: judged, fixture, at: 33, isDone: false)
        #expect(try await fixture.states(of: run) == ["a": "pending", "b": "blocked"])
    }

    /// Two schedulers that look at once: each watch is given to one of them.
    @Test func eachWatchIsGivenToOne() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<40 { _ = try await submit(fixture, job: [WatchTerms(.queue, .seconds(600))]) }
        let watches = WatchStore(fixture.pool)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await watches.judge(limit: 15, now: Self.time(30)).count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let rest = try await watches.judge(limit: 100, now: Self.time(30)).count
        #expect(counts.reduce(rest, +) == 40)
    }
}
