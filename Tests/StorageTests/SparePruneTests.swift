import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Gates that nobody has to pass any more, and batches that have ended.
@Suite(.timeLimit(.minutes(5))) struct SparePruneTests {
    private static let later = "2100-01-01"

    private static func prune(_ fixture: QueueFixture) async throws -> Int {
        try await RetentionStore(fixture.pool).pruneGates(after: 0, limit: 100).deleted
    }

    private static func keys(_ fixture: QueueFixture) async throws -> [String] {
        try await fixture.pool.query("SELECT key FROM chassis.gate ORDER BY key").rows.map { try $0.string("key") }
    }

    @Test func gatesGoOnceNobodyHasToPassThem() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.jobs(1, "a")], runGates: [.runs(1, "r")])
        let ended = try await fixture.claim()
        _ = try await fixture.end(ended)
        try await fixture.submit(gates: [.jobs(1, "b")])
        try await fixture.submit(gates: [.jobs(1, "b")])
        // What has ended may be retried until it is pruned itself.
        #expect(try await Self.prune(fixture) == 0)
        _ = try await RetentionStore(fixture.pool).pruneRuns(endedBefore: .seconds(1), limit: 5, now: Self.later)
        #expect(try await Self.prune(fixture) == 2)
        #expect(try await Self.keys(fixture) == ["b"])
        // The limit of what is left counts still, and that of a key that comes again.
        try await fixture.submit(gates: [.jobs(1, "a")])
        try await fixture.submit(gates: [.jobs(1, "a")])
        #expect(try await fixture.claim().count == 2)
        #expect(try await fixture.held() == 2)
    }

    @Test func aRateIsKeptAsLongAsItsPeriod() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.rate(1, .seconds(3600))])
        _ = try await fixture.end(try await fixture.claim())
        _ = try await RetentionStore(fixture.pool).pruneRuns(endedBefore: .seconds(1), limit: 5, now: Self.later)
        #expect(try await Self.prune(fixture) == 0)
        _ = try await fixture.pool.query(Statement.sweepPermits, [.text(Self.later)])
        #expect(try await Self.prune(fixture) == 1)
    }

    @Test func looksAtSoManyAndGoesOnBehindThem() async throws {
        let fixture = try await QueueFixture.make()
        for key in ["a", "b", "c"] { try await fixture.submit(gates: [.jobs(1, key)]) }
        _ = try await fixture.pool.query(
            "DELETE FROM chassis.job_gate WHERE gate_id = (SELECT max(gate_id) FROM chassis.gate)"
        )
        _ = try await fixture.pool.query("DELETE FROM chassis.permit")
        let store = RetentionStore(fixture.pool)
        var place: Int64? = 0
        var deleted = 0
        var looks = 0
        while let last = place {
            let look = try await store.pruneGates(after: last, limit: 2)
            deleted += look.deleted
            place = look.next
            looks += 1
        }
        #expect(deleted == 1 && looks == 3)
        #expect(try await Self.keys(fixture) == ["a", "b"])
    }

    /// A run that begins to pass a gate has it kept, and so has one that is not committed yet.
    @Test func aGateThatARunBeginsToPassStays() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.jobs(1, "a")])
        _ = try await fixture.pool.query("DELETE FROM chassis.job_gate")
        _ = try await fixture.pool.query("DELETE FROM chassis.permit")
        try await fixture.pool.transaction { connection in
            var submission = RunStore.Submission(
                workflow: "w",
                source: "source",
                jobs: [.init(name: "only", kind: "llm")]
            )
            submission.jobs[0].gates = [.jobs(1, "a")]
            _ = try await RunStore.submit(submission, on: connection, now: nil)
            #expect(try await Self.prune(fixture) == 0)
        }
        #expect(try await Self.prune(fixture) == 0)
        #expect(try await Self.keys(fixture) == ["a"])
    }

    /// Whoever comes while gates are deleted makes them anew.
    @Test func aGateThatIsJustBeingDeletedIsMadeAnew() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.submit(gates: [.jobs(1, "a")])
        _ = try await fixture.end(try await fixture.claim())
        _ = try await fixture.pool.query("DELETE FROM chassis.job_gate")
        for isLocked in [true, false] {
            let submission = try await fixture.pool.transaction { connection in
                let looked = try await connection.query(Statement.lockSpareGates, [.integer(0), .integer(10)])
                let spare = try looked.rows[0].string("spare").split(separator: ",").compactMap { Int64($0) }
                #expect(spare.count == 1)
                // Both before it is deleted and afterwards.
                if !isLocked { _ = try await connection.query(Statement.deleteSpareGates, [.array(spare)]) }
                let submission = Task { try await fixture.submit(["only", "other"], gates: [.jobs(1, "a")]) }
                while try await fixture.waitingForLocks() == 0 {}
                if isLocked { _ = try await connection.query(Statement.deleteSpareGates, [.array(spare)]) }
                return submission
            }
            _ = try await submission.value
            #expect(try await Self.keys(fixture) == ["a"])
            let jobs = try await fixture.claim()
            #expect(jobs.count == 1)
            #expect(try await fixture.held() == 1)
            _ = try await fixture.end(jobs)
            _ = try await fixture.end(try await fixture.claim())
            _ = try await fixture.pool.query("DELETE FROM chassis.job_gate")
        }
    }

    @Test func batchesGoOnceTheyHaveEndedAndNobodyCanAskForTheirCalls() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.pool.query(
            """
            WITH made AS (
                INSERT INTO chassis.batch (connection, model, state, provider_id, made_at, due_at)
                SELECT 'c', 'm', state, state || number, now() - days * interval '1 day', now()
                FROM (VALUES ('ended', 1, 1), ('ended', 2, 40), ('ended', 3, 40), ('sent', 4, 40))
                    AS given (state, number, days)
                RETURNING batch_id, provider_id
            )
            INSERT INTO chassis.batched_call
                (job_id, epoch, position, fingerprint, connection, model, state, batch_id, request, request_bytes, added_at)
            SELECT batch_id, 1, 't1', '\\x00', 'c', 'm', 'answered', batch_id, 'x:1', 1, now()
            FROM made WHERE provider_id = 'ended3'
            """
        )
        let store = RetentionStore(fixture.pool)
        // What its provider may still list stays for a month, however short the retention is.
        #expect(try await store.pruneBatches(madeBefore: .seconds(1), limit: 10) == 1)
        #expect(try await store.pruneBatches(madeBefore: .seconds(1), limit: 10, now: Self.later) == 1)
        let left = try await fixture.pool.query("SELECT provider_id FROM chassis.batch ORDER BY batch_id").rows
        #expect(try left.map { try $0.string("provider_id") } == ["ended3", "sent4"])
    }
}
