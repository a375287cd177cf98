import JobModel
import Postgres
import TestSupport

@testable import Storage

/// A database with a worker session in it, and short ways to have things happen that a reader should see.
struct ReadingScene {
    let pool: PostgresPool
    let reader: RunReader
    let session: SessionID

    private var queue: QueueStore { QueueStore(pool) }
    private var steps: StepStore { StepStore(pool) }

    /// A scene in a fresh, migrated database.
    static func make() async throws -> ReadingScene {
        let pool = try await TestDatabase.pool()
        return ReadingScene(pool: pool, reader: RunReader(pool), session: try await begin("worker-1", on: pool))
    }

    static func begin(_ worker: String, on pool: PostgresPool, now: String? = nil) async throws -> SessionID {
        try await pool.withConnection { connection in
            try await SessionStore().begin(
                SessionStore.Registration(
                    worker: worker,
                    host: "host-1",
                    pid: 42,
                    version: "1.0",
                    queues: ["default", "gpu"],
                    slots: 4
                ),
                lease: .seconds(3600),
                on: connection,
                now: now
            )
        }
    }

    /// What the database's clock says.
    func now() async throws -> String {
        try await pool.query(PostgresStatement(name: nil, sql: "SELECT now()::text AS now")).rows[0].string("now")
    }

    func submit(
        _ workflow: String = "report",
        jobs: [RunStore.NewJob] = [RunStore.NewJob(name: "only", kind: "agent")]
    ) async throws -> RunID {
        try await RunStore(pool).submit(
            RunStore.Submission(
                workflow: workflow,
                source: "name: \(workflow)",
                params: ["segment": "all"],
                jobs: jobs
            )
        ).run
    }

    /// Claims one job of the default queue.
    func claim() async throws -> ClaimedJob {
        let turn = try await queue.turn(session: session, queue: "default", limit: 1)
        guard let job = turn.claimed.first else { throw SceneError.nothingToClaim }
        return job
    }

    func end(_ job: ClaimedJob, _ outcome: JobEnding.Outcome = .succeeded(["ok": true])) async throws {
        let ending = JobEnding(of: job, outcome)
        _ = try await queue.turn(session: session, ending: [ending], queue: "default", limit: 0)
    }

    func release(_ job: ClaimedJob) async throws { _ = try await queue.release(job.id, epoch: job.epoch) }

    func delay(_ job: ClaimedJob) async throws {
        _ = try await queue.delay(
            job.id,
            epoch: job.epoch,
            for: .seconds(3600),
            failure: JobFailure(code: "timeout", message: "too slow")
        )
    }

    /// Has every session end and rescues their jobs.
    func loseWorkers(poisonLimit: Int) async throws {
        try await pool.withConnection { connection in
            try await connection.execute("UPDATE chassis.session SET lease_expires_at = now() - interval '1 second'")
            _ = try await RepairLook.take(grace: .milliseconds(300), on: connection)
            _ = try await SessionStore().rescue(poisonLimit: poisonLimit, on: connection)
        }
    }

    func step(
        _ position: String,
        of job: ClaimedJob,
        kind: String = "model",
        _ settlement: StepStore.Settlement?,
        unknownCalls: Int = 0
    ) async throws {
        try await steps.intend(
            StepStore.Identity(
                job: job.id,
                epoch: job.epoch,
                attempt: job.attempt,
                position: position,
                kind: kind,
                name: "gpt",
                effect: .idempotent,
                fingerprint: Array(repeating: 7, count: 32)
            )
        )
        guard let settlement else { return }
        try await steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: position,
            as: settlement,
            unknownCalls: unknownCalls
        )
    }

    func replay(_ job: ClaimedJob) async throws {
        try await steps.noteReplay(
            job: job.id,
            epoch: job.epoch,
            steps: 3,
            modelCalls: 2,
            saved: MicroDollars(rawValue: 700),
            damaged: 1
        )
    }

    func say(_ text: String, _ job: ClaimedJob, ago: Duration) async throws {
        try await LogStore(pool).add([
            LogStore.Line(run: job.run, job: job.id, epoch: job.epoch, stream: .stdout, text: text, ago: ago)
        ])
    }
}

enum SceneError: Error {
    case nothingToClaim
    case noPage(RunReader.LogAnswer)
}
