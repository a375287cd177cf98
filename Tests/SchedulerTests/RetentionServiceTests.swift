import Checkpoints
import JobModel
import Logging
import Postgres
import Scheduler
import Storage
import TestSupport
import Testing

@Suite struct RetentionServiceTests {
    /// Runs of one job, each with a journal.
    private static func journals(_ count: Int, _ runs: RunStore, _ store: DirectoryStore) async throws -> [JobReference]
    {
        var journals: [JobReference] = []
        for number in 0..<count {
            let run = try await runs.submit(
                .init(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
            ).run
            let job = JobReference(run: run, job: JobID(rawValue: Int64(number + 1)))
            _ = try await store.makeJournal(JournalName(job: job, epoch: LeaseEpoch(rawValue: 1)))
            journals.append(job)
        }
        return journals
    }

    @Test func deletesOldRunsAndTheirJournals() async throws {
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let pool = try await TestDatabase.pool()
        let store = try await DirectoryStore.open(at: scratch.path)
        let runs = RunStore(pool)
        let journals = try await Self.journals(3, runs, store)
        for job in journals.prefix(2) { _ = try await runs.cancel(job.run) }
        // The first ended long ago, the second just now, the third lives.
        _ = try await pool.query(
            PostgresStatement(
                name: nil,
                sql: "UPDATE chassis.ended_run SET ended_at = ended_at - interval '2 hours' WHERE run_id = $1"
            ),
            [.integer(journals[0].run.rawValue)]
        )
        let service = RetentionService(
            pool: pool,
            store: store,
            retention: .seconds(3600),
            logger: Logger(label: "test")
        )
        #expect(try await service.pass() == 1)
        #expect(try await service.pass() == 0)
        #expect(try await RunReader(pool).summary(of: journals[0].run) == nil)
        #expect(try await store.epochs(of: journals[0]).isEmpty)
        for job in journals.dropFirst() {
            #expect(try await RunReader(pool).summary(of: job.run) != nil)
            #expect(try await store.epochs(of: job).count == 1)
        }
        await pool.close()
    }

    /// What goes wrong with one kind of things keeps no other from being deleted.
    @Test func goesOnBehindWhatGoesWrong() async throws {
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let pool = try await TestDatabase.pool()
        _ = try await pool.query(
            """
            INSERT INTO chassis.event (team, name, data, source, at, is_dispatched)
            VALUES ('default', 'e', 'null', 'test', now() - interval '2 hours', true)
            """
        )
        _ = try await pool.query("ALTER TABLE chassis.ended_run RENAME TO ended_run_elsewhere")
        let service = RetentionService(
            pool: pool,
            store: try await DirectoryStore.open(at: scratch.path),
            retention: .seconds(3600),
            logger: Logger(label: "test")
        )
        await #expect(throws: PostgresError.self) { try await service.pass() }
        #expect(try await pool.query("SELECT FROM chassis.event").rows.isEmpty)
        await pool.close()
    }

    /// Another scheduler deleted the rows, and was killed.
    @Test func removesTheJournalsThatAnotherHasLeft() async throws {
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let pool = try await TestDatabase.pool()
        let store = try await DirectoryStore.open(at: scratch.path)
        let runs = RunStore(pool)
        let journals = try await Self.journals(2, runs, store)
        _ = try await runs.cancel(journals[0].run)
        let other = RetentionStore(pool)
        #expect(try await other.pruneRuns(endedBefore: .zero, limit: 10) == [journals[0].run])
        let service = RetentionService(
            pool: pool,
            store: store,
            retention: .seconds(3600),
            logger: Logger(label: "test")
        )
        // It may still be at it.
        #expect(try await service.pass() == 0)
        #expect(try await store.epochs(of: journals[0]).count == 1)
        _ = try await pool.query("UPDATE chassis.pruned_run SET next_at = next_at - interval '1 minute'")
        #expect(try await service.pass() == 1)
        #expect(try await service.pass() == 0)
        #expect(try await store.epochs(of: journals[0]).isEmpty)
        #expect(try await store.epochs(of: journals[1]).count == 1)
        #expect(try await other.takePrunedRuns(limit: 10, now: "2100-01-01").isEmpty)
        await pool.close()
    }
}
