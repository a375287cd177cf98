import Checkpoints
import JobModel
import Logging
import Postgres
import Settings
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Worker

/// What is waited for between a step's boundary and its call may take longer than the lease, as when the process is
/// stopped there; another worker has the job by then.
@Suite(.timeLimit(.minutes(5))) struct LeaseBeforeCallTests {
    @Test func noCallIsMadeWhenTheLeaseIsLostWhileItsIntentIsWritten() async throws {
        let scene = try await Scene.make()
        let calls = Mutex(0)
        await #expect(throws: StorageError.leaseLost(scene.job.id, scene.job.epoch)) {
            try await scene.losingTheLease {
                _ = try await scene.steps.run(Scene.step) { _ in
                    calls.withLock { $0 += 1 }
                    return StepResult(value: .null)
                }
            }
        }
        #expect(calls.withLock { $0 } == 0)
        #expect(try await scene.intents() == ["mail"])
    }

    @Test func noLaterCallOfAStepIsMadeEither() async throws {
        let scene = try await Scene.make()
        let calls = Mutex(0)
        await #expect(throws: StorageError.leaseLost(scene.job.id, scene.job.epoch)) {
            try await scene.steps.run(Scene.step) { stepCalls in
                calls.withLock { $0 += 1 }
                try await stepCalls.noteFailure("refused", false)
                try await scene.losingTheLease { try await stepCalls.beginAgain("other mail") }
                calls.withLock { $0 += 1 }
                return StepResult(value: .null)
            }
        }
        #expect(calls.withLock { $0 } == 1)
        #expect(try await scene.intents() == ["other mail"])
    }

    /// An attempt that holds a job in a database.
    private struct Scene {
        static let step = StepRequest(
            position: .turn(1),
            fingerprint: Fingerprint(kind: .tool, request: .null, after: nil),
            kind: .tool,
            name: "mail",
            effect: .idempotent,
            isPaid: false
        )

        let pool: PostgresPool
        let job: ClaimedJob
        let lease: SessionLease
        let steps: JobSteps

        static func make() async throws -> Scene {
            let pool = try await TestDatabase.pool()
            let session = try await pool.withConnection {
                try await SessionStore().begin(
                    .init(worker: "w", host: "h", pid: 1, version: "t", queues: ["default"], slots: 1),
                    lease: .seconds(3600),
                    on: $0
                )
            }
            _ = try await RunStore(pool).submit(
                .init(workflow: "w", source: "s", params: [:], jobs: [.init(name: "a", kind: "llm")])
            )
            let claimed = try await QueueStore(pool).turn(session: session, queue: "default", limit: 1).claimed
            let job = try #require(claimed.first)
            let lease = SessionLease(length: .seconds(3600), sentAt: .now)
            return Scene(pool: pool, job: job, lease: lease, steps: try await steps(of: job, pool, lease))
        }

        private static func steps(
            of job: ClaimedJob,
            _ pool: PostgresPool,
            _ lease: SessionLease
        ) async throws -> JobSteps {
            let store = StepStore(pool)
            let backlog = Backlog(logs: LogStore(pool), steps: store, logger: Logger(label: "test"))
            let (log, patience) = (JobLog(job, backlog: backlog), Patience(lease: lease))
            return JobSteps(
                job: job,
                checkpoints: try await JobCheckpoints.open(
                    in: CountingStore(),
                    job: JobReference(run: job.run, job: job.id),
                    epoch: job.epoch
                ),
                store: store,
                backlog: backlog,
                lease: lease,
                signal: StopSignal(),
                failpoints: WorkerFailpoints(nil),
                unknown: UnknownSteps(),
                batched: nil,
                hasGatewaySteps: false,
                fork: nil,
                desk: ApprovalDesk(
                    store: ApprovalStore(pool),
                    job: job.id,
                    epoch: job.epoch,
                    patience: patience,
                    log: log
                ),
                gate: PaidCallGate(job: job, store: store, patience: patience, bounds: .init(), log: log)
            )
        }

        /// Does something that writes about the job, and has the lease be lost while the database is at it.
        ///
        /// Only the worker's own view of it: what is written is granted still.
        func losingTheLease(during body: @escaping @Sendable () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await pool.transaction { connection in
                    _ = try await connection.query(
                        "SELECT FROM chassis.lease WHERE job_id = $1::bigint FOR UPDATE",
                        [.integer(job.id.rawValue)]
                    )
                    group.addTask { try await body() }
                    while try await !isWaitedFor() {}
                    _ = lease.renewalRefused()
                }
                try await group.waitForAll()
            }
        }

        private func isWaitedFor() async throws -> Bool {
            try await !pool.query(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).rows.isEmpty
        }

        /// The calls whose intents are written.
        func intents() async throws -> [String] {
            try await pool.query("SELECT name FROM chassis.step ORDER BY position").rows
                .map { try $0.string("name") }
        }
    }
}
