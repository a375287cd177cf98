import Checkpoints
import JobModel
import Logging
import Postgres
import Scheduler
import Storage
import TestSupport
import Testing

@Suite struct RetentionServiceTests {
    @Test func deletesOldRunsAndTheirJournals() async throws {
        let scratch = try ScratchStore()
        defer { scratch.remove() }
        let pool = try await TestDatabase.pool()
        let store = try await DirectoryStore.open(at: scratch.path)
        let runs = RunStore(pool)
        var journals: [JobReference] = []
        for number in 0..<3 {
            let run = try await runs.submit(
                .init(workflow: "w", source: "source", jobs: [.init(name: "a", kind: "llm")])
            ).run
            let job = JobReference(run: run, job: JobID(rawValue: Int64(number + 1)))
            _ = try await store.makeJournal(JournalName(job: job, epoch: LeaseEpoch(rawValue: 1)))
            journals.append(job)
        }
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
}
