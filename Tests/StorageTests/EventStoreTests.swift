import JobModel
import Postgres
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EventStoreTests {
    private static func wait(_ job: ClaimedJob, key: String? = nil, since: Duration = .zero) -> EventWait {
        EventWait(job: job.id, run: job.run, name: "paid", key: key, since: since)
    }

    private static func send(
        _ fixture: QueueFixture,
        key: String? = nil,
        team: String = "default",
        name: String = "paid",
        now: String? = nil
    ) async throws -> Int64 {
        let event = try NewEvent(name: name, key: key)
        return try await EventStore(fixture.pool).add(event, team: team, source: "test", now: now).event.id
    }

    @Test func findsAnEventThatCameBeforeTheJobBeganToWait() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        let early = try await Self.send(fixture)
        _ = try await fixture.submit([("a", [])])
        let job = try #require(try await fixture.claim().first)
        #expect(try await events.find(Self.wait(job)) { _ in true } == nil)
        #expect(try await events.find(Self.wait(job, since: .seconds(60))) { _ in true }?.id == early)
        let event = try await Self.send(fixture, key: "7")
        #expect(try await events.find(Self.wait(job)) { _ in true }?.id == event)
        #expect(try await events.find(Self.wait(job, key: "7")) { _ in true }?.id == event)
        #expect(try await events.find(Self.wait(job, key: "8")) { _ in true } == nil)
    }

    @Test func resumesThoseThatWaitForItAndNoOthers() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        let run = try await fixture.submit([("a", []), ("b", []), ("c", [])]).run
        let jobs = try await fixture.claim()
        for (job, key) in zip(jobs, [nil, "7", "8"] as [String?]) {
            #expect(try await events.find(Self.wait(job, key: key)) { _ in true } == nil)
            _ = try await fixture.queue.suspend(job.id, epoch: job.epoch, Suspension(waitsFor: .event, detail: "paid"))
        }
        for (name, team) in [("other", "default"), ("paid", "another")] {
            _ = try await Self.send(fixture, key: "7", team: team, name: name)
        }
        #expect(try await events.dispatch() == .init(events: 2, queues: []))
        _ = try await Self.send(fixture, key: "7")
        #expect(try await events.dispatch() == .init(events: 1, queues: ["default"]))
        #expect(try await events.dispatch() == .init(events: 0, queues: []))
        let states = try await fixture.states(of: run)
        #expect(states[jobs[0].name] == "pending" && states[jobs[1].name] == "pending")
        #expect(states[jobs[2].name] == "suspended")
    }

    /// Whatever goes first of keeping an event and looking for it, of dispatching it and suspending: the job has it.
    @Test(arguments: 0..<24) func losesNoEventInAnyOrder(_ order: Int) async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        // Four moments: sending and dispatching in their order among looking and suspending in theirs.
        var worker = ["look", "suspend"][...]
        var other = ["send", "dispatch"][...]
        var bits = order
        var found = false
        while !worker.isEmpty || !other.isEmpty {
            let takesWorker = other.isEmpty || (!worker.isEmpty && bits & 1 == 0)
            bits >>= 1
            switch takesWorker ? worker.removeFirst() : other.removeFirst() {
            case "look": found = try await events.find(Self.wait(job)) { _ in true } != nil
            case "suspend" where !found:
                _ = try await fixture.queue.suspend(
                    job.id,
                    epoch: job.epoch,
                    Suspension(waitsFor: .event, detail: "paid")
                )
            case "send": _ = try await Self.send(fixture)
            case "dispatch": _ = try await events.dispatch()
            default: break
            }
        }
        guard !found else { return }
        #expect(try await fixture.states(of: run) == ["a": "pending"])
        let again = try #require(try await fixture.claim().first)
        #expect(try await events.find(Self.wait(again)) { _ in true } != nil)
    }

    @Test func looksAtSettledEventsOnce() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        let job = try #require(try await fixture.claim().first)
        // However long it takes until they are looked at.
        let soon = try await fixture.pool.query("SELECT (now() + interval '1 hour')::text AS at").rows[0].string("at")
        for place in 0..<250 {
            _ = try await Self.send(fixture, key: "\(place)", now: place < 240 ? "2020-01-01" : soon)
        }
        func looks() async throws -> Int {
            var count = 0
            let wait = Self.wait(job, since: .seconds(365 * 86400 * 50))
            #expect(
                try await events.find(wait) { _ in
                    count += 1
                    return false
                } == nil
            )
            return count
        }
        #expect(try await looks() == 250)
        // Those of this minute may still get company with lower numbers.
        #expect(try await looks() == 10)
    }

    @Test func forgetsOldEventsAndWhoWaited() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        _ = try await Self.send(fixture, now: "2020-01-01")
        let recent = try await Self.send(fixture)
        let week = Duration.seconds(7 * 86400)
        #expect(try await events.prune(olderThan: week, limit: 10).deleted == 0)
        _ = try await events.dispatch()
        #expect(try await events.prune(olderThan: week, limit: 10).deleted == 1)
        #expect(try await events.list().map(\.id) == [recent])
    }

    /// It was suspended, or its workers were away, for longer than events are kept.
    @Test func keepsEventsThatAJobStillWaitsFor() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        _ = try await fixture.submit([("a", [])])
        _ = try await fixture.pool.query("UPDATE chassis.run SET created_at = '2020-01-01'")
        let job = try #require(try await fixture.claim().first)
        let wait = Self.wait(job, key: "7", since: .seconds(86_400))
        func send(_ key: String?, _ now: String, name: String = "paid") async throws -> Int64 {
            try await Self.send(fixture, key: key, name: name, now: now)
        }
        let others = [
            try await send("7", "2019-12-30"), try await send("8", "2020-01-02"), try await send(nil, "2020-01-02"),
            try await send("7", "2020-01-02", name: "other"),
        ]
        #expect(try await events.find(wait) { _ in true } == nil)
        let awaited = [try await send("7", "2019-12-31T12:00:00Z"), try await send("7", "2020-01-02")]
        _ = try await events.dispatch()
        func prune() async throws -> Int {
            try await events.prune(olderThan: .seconds(86_400), limit: 10).deleted
        }
        #expect(try await prune() == others.count)
        #expect(try await events.list().map(\.id).sorted() == awaited)
        #expect(try await events.find(wait) { _ in true }?.id == awaited[0])
        // What it has looked at, it needs no more.
        #expect(try await events.find(wait) { _ in false } == nil)
        #expect(try await prune() == 2)
        _ = try await send("7", "2020-01-02")
        _ = try await events.dispatch()
        #expect(try await prune() == 0)
        _ = try await fixture.end([job], .failed(JobFailure(code: "c", message: "m")))
        #expect(try await prune() == 1)
    }

    /// However many of them there are, a look is short, and comes to what lies behind them.
    @Test func walksOverEventsThatTriggersHoldABitAtATime() async throws {
        let fixture = try await QueueFixture.make()
        let events = EventStore(fixture.pool)
        for _ in 0..<9 { _ = try await Self.send(fixture, now: "2020-01-01") }
        let recent = try await Self.send(fixture)
        _ = try await events.dispatch()
        _ = try await fixture.pool.query(
            """
            INSERT INTO chassis.news (trigger_id, event_id, name, key, state)
            SELECT 1, event_id, name, '', 'held' FROM chassis.event ORDER BY event_id LIMIT 5
            """
        )
        func look(after last: Int64) async throws -> (deleted: Int, next: Int64?) {
            try await events.prune(olderThan: .seconds(86_400), after: last, looks: 3, limit: 2)
        }
        #expect(try await look(after: 0) == (0, 3))
        #expect(try await look(after: 3) == (1, 6))
        #expect(try await look(after: 6) == (2, 8))
        #expect(try await look(after: 8) == (1, 10))
        #expect(try await look(after: 10) == (0, nil))
        #expect(try await events.list().map(\.id).sorted() == [1, 2, 3, 4, 5, recent])
    }
}
