import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// Where tasks run that use connections.
@Suite(.timeLimit(.minutes(3))) struct ChangesOfThreadsTests {
    /// Whoever waits for an answer comes back to the connections' thread, not to where its task prefers to run, which would send it there.
    @Test(arguments: ["connection", "pool"]) func aStatementGoesToItsThreadAndBackOnce(by way: String) async throws {
        let options = PostgresConnection.Options(conninfo: try await TestDatabase.empty(), applicationName: "test")
        let (connection, pool) = (try await PostgresConnection.connect(options), PostgresPool(options, size: 1))
        _ = try await pool.query("SELECT 1")
        let statements = 100
        let threads = CountingExecutor()
        try await withTaskExecutorPreference(threads) {
            for _ in 1...statements {
                if way == "pool" {
                    _ = try await pool.query("SELECT 1")
                } else {
                    _ = try await connection.query("SELECT 1")
                }
            }
        }
        // The task itself comes and goes, too.
        #expect(threads.count <= statements + 2)
        await pool.close()
        await connection.close()
    }
}

/// Runs tasks on the threads of the system, and counts how often they are to be run.
private final class CountingExecutor: TaskExecutor {
    private let counter = Atomic(0)

    var count: Int { counter.load(ordering: .relaxed) }

    func enqueue(_ job: consuming ExecutorJob) {
        counter.add(1, ordering: .relaxed)
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
