import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Submissions that become one run.
@Suite struct StartTests {
    private static func submit(
        _ fixture: QueueFixture,
        _ kind: StartRule.Kind,
        key: String = "k",
        now: String? = nil
    ) async throws -> RunStore.Receipt {
        var submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
        submission.start = StartRule(kind: kind, key: key)
        return try await fixture.runs.submit(submission, now: now)
    }

    @Test func aSingletonIsReturnedWhileItIsUnfinished() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await Self.submit(fixture, .singleton)
        let again = try await Self.submit(fixture, .singleton)
        #expect(!again.isNew && again.run == first.run)
        #expect(try await Self.submit(fixture, .singleton, key: "other").isNew)
        _ = try await fixture.end(try await fixture.claim())
        let second = try await Self.submit(fixture, .singleton)
        #expect(second.isNew && second.run != first.run)
    }

    @Test func ofManyAtOnceOneStarts() async throws {
        let fixture = try await QueueFixture.make()
        let receipts = try await withThrowingTaskGroup(of: RunStore.Receipt.self) { group in
            for _ in 0..<16 { group.addTask { try await Self.submit(fixture, .singleton) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(receipts.filter(\.isNew).count == 1)
        #expect(Set(receipts.map(\.run)).count == 1)
    }

    @Test func aDebouncedRunStartsAfterTheLastSubmission() async throws {
        let fixture = try await QueueFixture.make()
        let kind = StartRule.Kind.debounce(wait: .seconds(30), atMost: .seconds(60))
        let first = try await Self.submit(fixture, kind, now: "2026-01-01T00:00:00Z")
        let second = try await Self.submit(fixture, kind, now: "2026-01-01T00:00:20Z")
        #expect(first.isNew && second.isNew && first.run != second.run)
        #expect(try await fixture.ending(of: first.run) == "cancelled")
        func start(_ now: String) async throws -> [RunID] {
            _ = try await fixture.queue.readyDueJobs(now: now)
            _ = try await fixture.gates.admit(now: now)
            return try await fixture.claim().map(\.run)
        }
        #expect(try await start("2026-01-01T00:00:49Z").isEmpty)
        let third = try await Self.submit(fixture, kind, now: "2026-01-01T00:00:49Z")
        #expect(try await start("2026-01-01T00:00:59Z").isEmpty)
        #expect(try await start("2026-01-01T00:01:00Z") == [third.run], "a minute after the first at the latest")
        // It has begun: the next submission is a run of its own.
        let fourth = try await Self.submit(fixture, kind, now: "2026-01-01T00:01:05Z")
        #expect(fourth.isNew)
        #expect(try await fixture.ending(of: third.run) == nil)
        #expect(try await start("2026-01-01T00:01:34Z").isEmpty)
        #expect(try await start("2026-01-01T00:01:35Z") == [fourth.run])
    }

    /// Somebody else, who ends a pause, say, has the row of its job just then, or is about to have one of its jobs begin.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func aDebouncedRunThatIsLookedAtJustNowGivesWayUnlessItBegins(_ begins: Bool) async throws {
        let fixture = try await QueueFixture.make()
        func submit(_ now: String) async throws -> RunID {
            let jobs = ["a", "b"].map { RunStore.NewJob(name: $0, kind: "llm") }
            var submission = RunStore.Submission(workflow: "w", source: "source", jobs: jobs)
            submission.start = StartRule(kind: .debounce(wait: .seconds(30), atMost: nil), key: "k")
            return try await fixture.runs.submit(submission, now: now).run
        }
        let first = try await submit("2026-01-01T00:00:00Z")
        try await withThrowingTaskGroup(of: RunID.self) { group in
            try await fixture.pool.transaction { connection in
                if begins {
                    for statement in [Statement.readyDueJobs, Statement.admitJobs] {
                        _ = try await connection.query(statement, [1, .text("2026-01-01T00:00:30Z")])
                    }
                } else {
                    _ = try await connection.query("SELECT FROM chassis.waiting FOR UPDATE")
                }
                group.addTask { try await submit("2026-01-01T00:00:29Z") }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.ending(of: first) == (begins ? nil : "cancelled"))
    }

    /// A run that a pause or a limit keeps from beginning has not begun, though its delay is over.
    @Test(arguments: [true, false]) func aDebouncedRunThatIsKeptBackGivesWayToTheNext(_ isPaused: Bool) async throws {
        let fixture = try await QueueFixture.make()
        let kind = StartRule.Kind.debounce(wait: .seconds(30), atMost: nil)
        func submit(_ now: String) async throws -> RunID {
            var submission = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
            submission.gates = isPaused ? [] : [.runs(1)]
            submission.start = StartRule(kind: kind, key: "k")
            return try await fixture.runs.submit(submission, now: now).run
        }
        func start(_ now: String) async throws -> [RunID] {
            _ = try await fixture.queue.readyDueJobs(now: now)
            _ = try await fixture.gates.admit(now: now)
            return try await fixture.claim().map(\.run)
        }
        let before = try await fixture.submit([("a", [])], key: "before").run
        _ = try await fixture.claim()
        if isPaused {
            #expect(try await PauseStore(fixture.pool).pause(workflow: "w"))
        } else {
            _ = try await submit("2025-12-31T00:00:00Z")
            #expect(try await start("2026-01-01T00:00:00Z").count == 1)
        }
        let first = try await submit("2026-01-01T00:00:00Z")
        #expect(try await start("2026-01-01T00:00:30Z").isEmpty)
        #expect(try await fixture.held() == 1)
        let second = try await submit("2026-01-01T00:00:40Z")
        #expect(try await fixture.ending(of: first) == "cancelled")
        #expect(try await fixture.ending(of: before) == nil)
        #expect(try await start("2026-01-01T00:01:10Z").isEmpty)
        #expect(try await fixture.ending(of: second) == nil)
        #expect(try await fixture.held() == 1)
    }
}
