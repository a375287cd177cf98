import JobModel
import Logging
import Postgres
import TestSupport
import Testing

@testable import Storage
@testable import Worker

@Suite struct BacklogTests {
    /// What nobody waits for takes no more memory than this, however long the database takes nothing.
    @Test(.timeLimit(.minutes(5))) func keepsNoMoreThanItsBounds() async {
        let pool = PostgresPool(.init(conninfo: "host=/nowhere connect_timeout=1", applicationName: "test"), size: 1)
        let backlog = Backlog(logs: LogStore(pool), steps: StepStore(pool), logger: Logger(label: "test"))
        let identity = StepStore.Identity(
            job: JobID(rawValue: 1),
            epoch: LeaseEpoch(rawValue: 1),
            attempt: 1,
            position: "x#1",
            kind: "step",
            name: "x",
            effect: .none,
            fingerprint: []
        )
        let step = StepStore.FreeStep(identity: identity, startedAgo: .zero, took: .zero)
        func add() { for _ in 0..<Backlog.maximumSteps { backlog.add(step) } }
        add()
        add()
        #expect(backlog.waitingSteps == Backlog.maximumSteps)
        // What could not be written is put back beside what came meanwhile.
        async let flushed: Void = backlog.flush()
        add()
        await flushed
        #expect(backlog.waitingSteps == Backlog.maximumSteps)
        await pool.close()
    }

    /// It does not wake up while there is nothing to write.
    @Test(.timeLimit(.minutes(5))) func writesWhatComesAfterAPauseAndWhatCouldNotBeWritten() async throws {
        let pool = try await TestDatabase.pool()
        let backlog = Backlog(logs: LogStore(pool), steps: StepStore(pool), logger: Logger(label: "test"))
        let writing = Task { try await backlog.run() }
        defer { writing.cancel() }
        func add(_ text: String) {
            backlog.add(
                LogStore.Line(
                    run: RunID(rawValue: 1),
                    job: JobID(rawValue: 1),
                    epoch: LeaseEpoch(rawValue: 1),
                    stream: .event,
                    text: text,
                    ago: .zero
                )
            )
        }
        func lines() async throws -> [String] {
            try await pool.query("SELECT line FROM chassis.log ORDER BY line").rows.map { try $0.string("line") }
        }
        add("1")
        while try await lines().isEmpty {}
        add("2")
        while try await lines().count < 2 {}

        func refusals() async throws -> Int {
            let rows = try await pool.query(
                "SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()"
            ).rows
            return try rows[0].int("count")
        }
        _ = try await pool.query("ALTER TABLE chassis.log ADD CONSTRAINT nothing CHECK (false) NOT VALID")
        let before = try await refusals()
        add("3")
        while try await refusals() == before {}
        _ = try await pool.query("ALTER TABLE chassis.log DROP CONSTRAINT nothing")
        while try await lines() != ["1", "2", "3"] {}
    }
}
