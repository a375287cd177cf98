import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// What starts no runs any more: versions that nobody uses, ended backfills, dropped schedules and triggers.
@Suite(.timeLimit(.minutes(5))) struct StarterPruneTests {
    private static let later = "2100-01-01"

    private static func submission(_ source: String) -> RunStore.Submission {
        RunStore.Submission(workflow: "w", source: source, jobs: [.init(name: "only", kind: "llm")])
    }

    private static func prune(_ fixture: QueueFixture, now: String? = later) async throws -> Int {
        try await RetentionStore(fixture.pool).pruneVersions(
            after: 0,
            limit: 100,
            olderThan: .seconds(3600),
            now: now
        ).deleted
    }

    private static func numbers(_ fixture: QueueFixture) async throws -> [Int] {
        try await fixture.pool.query("SELECT number FROM chassis.workflow_version ORDER BY number").rows
            .map { try $0.int("number") }
    }

    private static func pruneRuns(_ fixture: QueueFixture) async throws {
        let cancelled = try await fixture.pool.query("SELECT run_id FROM chassis.live_run").rows
        for row in cancelled { _ = try await fixture.runs.cancel(RunID(rawValue: try row.int64("run_id"))) }
        _ = try await RetentionStore(fixture.pool).pruneRuns(endedBefore: .seconds(1), limit: 50, now: later)
    }

    /// Makes the versions 1 to 6, of which 3 is deployed, 4 used by a schedule and 5 by a backfill; 6 is the newest.
    private static func make() async throws -> QueueFixture {
        let fixture = try await QueueFixture.make()
        for number in 1...6 { _ = try await fixture.runs.submit(submission("source \(number)")) }
        for statement in [
            "UPDATE chassis.workflow SET deployed_version_id = 3",
            """
            INSERT INTO chassis.schedule
                (workflow_id, name, version_id, rule, summary, timezone, catchup, overlap, created_at)
            VALUES (1, 's', 4, '', '', '', '', '', now())
            """,
            """
            INSERT INTO chassis.backfill (schedule_id, version_id, newest_first, most_active, created_at)
            VALUES (1, 5, false, 1, now())
            """,
        ] { _ = try await fixture.pool.query(PostgresStatement(name: nil, sql: statement)) }
        return fixture
    }

    @Test func versionsGoThatNobodyUses() async throws {
        let fixture = try await Self.make()
        #expect(try await Self.prune(fixture) == 0)
        #expect(try await Self.prune(fixture, now: "2101-01-01") == 0)
        try await Self.pruneRuns(fixture)
        // They are younger than the retention.
        #expect(try await Self.prune(fixture, now: nil) == 0)
        #expect(try await Self.prune(fixture) == 0)
        // Noted at first, and gone ten minutes later.
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:09") == 0)
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:11") == 2)
        #expect(try await Self.numbers(fixture) == [3, 4, 5, 6])
        // No number comes a second time.
        _ = try await fixture.runs.submit(Self.submission("source 1"))
        #expect(try await Self.numbers(fixture) == [3, 4, 5, 6, 7])
    }

    @Test func aVersionThatIsUsedAgainStays() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        #expect(try await Self.prune(fixture) == 0)
        // A run takes the one, and a deployment the other.
        #expect(try await fixture.runs.submit(Self.submission("source 1")).isNew)
        _ = try await DeployStore(fixture.pool).deploy(
            [.init(name: "w", source: "source 2", schedules: [])],
            prunes: false,
            isTrial: false
        )
        // The one that was deployed before is noted now, and goes when its time has come.
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:11") == 0)
        #expect(try await Self.numbers(fixture) == [1, 2, 3, 4, 5, 6])
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:22") == 1)
        #expect(try await Self.numbers(fixture) == [1, 2, 4, 5, 6])
    }

    /// A statement that saw the version before it was noted may have taken it.
    @Test func aRunThatCameBetweenKeepsItsVersion() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        #expect(try await Self.prune(fixture) == 0)
        _ = try await fixture.pool.query(
            "INSERT INTO chassis.run (version_id, team, params, created_at) VALUES (1, 't', '{}', now())"
        )
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:11") == 1)
        #expect(try await Self.numbers(fixture) == [1, 3, 4, 5, 6])
        let spare = try await fixture.pool.query(
            "SELECT count(*) AS n FROM chassis.workflow_version WHERE spare_at IS NOT NULL"
        ).rows[0]
        #expect(try spare.int("n") == 0)
    }

    /// A job of another workflow starts it by its number, for as long as that workflow's version is there.
    @Test func aVersionThatAnotherOneNamesIsKept() async throws {
        let fixture = try await Self.make()
        let names = [VersionName(workflow: "w", number: 2), VersionName(workflow: "gone", number: 1)]
        _ = try await DeployStore(fixture.pool).deploy(
            [.init(name: "above", source: "names 2", schedules: [], namedVersions: names)],
            prunes: false,
            isTrial: false
        )
        try await Self.pruneRuns(fixture)
        for now in [Self.later, "2100-01-02"] { _ = try await Self.prune(fixture, now: now) }
        #expect(
            try await fixture.pool.query(
                "SELECT number FROM chassis.workflow_version WHERE workflow_id = 1 ORDER BY number"
            ).rows.map { try $0.int("number") } == [2, 3, 4, 5, 6]
        )
        // Another version is deployed, which names none.
        _ = try await DeployStore(fixture.pool).deploy(
            [.init(name: "above", source: "names none", schedules: [])],
            prunes: false,
            isTrial: false
        )
        for day in 3...6 { _ = try await Self.prune(fixture, now: "2100-01-0\(day)") }
        #expect(try await fixture.count("SELECT count(*) FROM chassis.workflow_version") == 5)
        #expect(try await fixture.count("SELECT count(*) FROM chassis.version_need") == 0)
    }

    /// One that is spare already, and that whose naming version a scheduler of before deletes.
    @Test func aVersionIsKeptFromTheMomentInWhichAnotherOneNamesIt() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        _ = try await Self.prune(fixture, now: Self.later)
        let spare = """
            SELECT count(*) FROM chassis.workflow_version
            WHERE workflow_id = 1 AND number = 2 AND spare_at IS NOT NULL
            """
        #expect(try await fixture.count(spare) == 1)
        let names = [VersionName(workflow: "w", number: 2)]
        _ = try await DeployStore(fixture.pool).deploy(
            [.init(name: "above", source: "names 2", schedules: [], namedVersions: names)],
            prunes: false,
            isTrial: false
        )
        #expect(try await fixture.count(spare) == 0)
        _ = try await fixture.pool.query(
            "UPDATE chassis.workflow SET deployed_version_id = NULL WHERE workflow_id <> 1"
        )
        _ = try await fixture.pool.query("DELETE FROM chassis.workflow_version WHERE workflow_id <> 1")
        _ = try await Self.prune(fixture, now: "2100-01-02")
        #expect(try await fixture.count(spare) == 1)
    }

    /// Whoever submits its file while it is looked at has it kept.
    @Test func aVersionThatIsBeingTakenIsPassedOver() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        #expect(try await Self.prune(fixture) == 0)
        try await fixture.pool.transaction { connection in
            _ = try await RunStore.submit(Self.submission("source 1"), on: connection, now: nil)
            #expect(try await Self.prune(fixture, now: "2100-01-01 00:11") == 1)
        }
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:22") == 0)
        #expect(try await Self.numbers(fixture) == [1, 3, 4, 5, 6])
    }

    @Test func looksAtSoManyAndGoesOnBehindThem() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        let store = RetentionStore(fixture.pool)
        for now in [Self.later, "2100-01-02"] {
            var place: Int64? = 0
            var looks = 0
            var deleted = 0
            while let last = place {
                let look = try await store.pruneVersions(after: last, limit: 2, olderThan: .seconds(1), now: now)
                (deleted, place, looks) = (deleted + look.deleted, look.next, looks + 1)
            }
            #expect(deleted == (now == Self.later ? 0 : 2))
            #expect(looks == 4)
        }
    }

    @Test func backfillsSchedulesAndTriggersGoOnceTheyEndedLongAgo() async throws {
        let fixture = try await Self.make()
        for statement in [
            """
            INSERT INTO chassis.backfill (schedule_id, version_id, newest_first, most_active, created_at, ended_at)
            VALUES (1, 5, false, 1, now(), now())
            """,
            """
            INSERT INTO chassis.backfill_item (backfill_id, due_at, state)
            SELECT id, day, 'succeeded'
            FROM generate_series(1, 2) AS id, generate_series(timestamptz '2026-01-01', '2026-01-03', '1 day') AS day
            """,
            "UPDATE chassis.schedule SET removed_at = now()",
            """
            INSERT INTO chassis.due_time (schedule_id, due_at, outcome, at) VALUES (1, now(), 'skipped', now())
            """,
            """
            INSERT INTO chassis.event_trigger
                (workflow_id, name, version_id, team, summary, gather, created_at, removed_at)
            VALUES (1, 'live', 4, 't', '', '', now(), NULL), (1, 'dropped', 4, 't', '', '', now(), now())
            """,
        ] { _ = try await fixture.pool.query(PostgresStatement(name: nil, sql: statement)) }
        let store = RetentionStore(fixture.pool)
        func prune(_ now: String? = Self.later) async throws -> Int {
            try await store.pruneStarters(droppedBefore: .seconds(3600), limit: 10, now: now)
        }
        func counts() async throws -> [Int] {
            let row = try await fixture.pool.query(
                """
                SELECT (SELECT count(*) FROM chassis.backfill) AS backfills,
                       (SELECT count(*) FROM chassis.backfill_item) AS items,
                       (SELECT count(*) FROM chassis.schedule) AS schedules,
                       (SELECT count(*) FROM chassis.event_trigger) AS triggers
                """
            ).rows[0]
            return try ["backfills", "items", "schedules", "triggers"].map { try row.int($0) }
        }
        #expect(try await prune(nil) == 0)
        #expect(try await prune() == 2)
        // The schedule stays while a backfill goes on, and while what became of its due times is known.
        #expect(try await counts() == [1, 3, 1, 1])
        _ = try await fixture.pool.query("UPDATE chassis.backfill SET ended_at = now()")
        #expect(try await prune() == 1)
        #expect(try await counts() == [0, 0, 1, 1])
        _ = try await ScheduleStore(fixture.pool).pruneDueTimes(before: .seconds(-3600), limit: 10)
        #expect(try await prune() == 1)
        #expect(try await counts() == [0, 0, 0, 1])
    }

    /// A trigger that was dropped, and the version that a backfill of it goes on with.
    @Test func aBackfillOfPartitionsKeepsItsTriggerAndItsVersion() async throws {
        let fixture = try await Self.make()
        try await Self.pruneRuns(fixture)
        for statement in [
            """
            INSERT INTO chassis.event_trigger
                (workflow_id, name, version_id, team, summary, gather, created_at, removed_at)
            VALUES (1, 'dropped', 4, 't', '', '', now(), now())
            """,
            """
            INSERT INTO chassis.backfill (trigger_id, version_id, newest_first, most_active, created_at)
            VALUES (1, 1, false, 1, now())
            """,
            "INSERT INTO chassis.backfill_item (backfill_id, partition, state) VALUES (2, 'p', 'pending')",
        ] { _ = try await fixture.pool.query(PostgresStatement(name: nil, sql: statement)) }
        let store = RetentionStore(fixture.pool)
        func prune() async throws -> [Int] {
            _ = try await store.pruneStarters(droppedBefore: .seconds(3600), limit: 10, now: Self.later)
            let row = try await fixture.pool.query(
                """
                SELECT (SELECT count(*) FROM chassis.backfill) AS backfills,
                       (SELECT count(*) FROM chassis.backfill_item) AS items,
                       (SELECT count(*) FROM chassis.event_trigger) AS triggers
                """
            ).rows[0]
            return try ["backfills", "items", "triggers"].map { try row.int($0) }
        }
        #expect(try await prune() == [2, 1, 1])
        #expect(try await Self.prune(fixture) == 0)
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:11") == 1)
        #expect(try await Self.numbers(fixture) == [1, 3, 4, 5, 6])
        _ = try await fixture.pool.query("UPDATE chassis.backfill SET ended_at = now() WHERE trigger_id = 1")
        #expect(try await prune() == [1, 0, 0])
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:22") == 0)
        #expect(try await Self.prune(fixture, now: "2100-01-01 00:33") == 1)
        #expect(try await Self.numbers(fixture) == [3, 4, 5, 6])
    }
}
