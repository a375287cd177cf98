import JobModel
import Logging
import Postgres
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
}
