import ArgumentParser
import CLinux
import Glibc
import JobModel
import Postgres
import Storage
import Worker

/// Claims and ends jobs as a worker does, and submits as many new ones, so that the backlog stays as it is.
struct ClaimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim",
        abstract: "Claims jobs again and again, and prints how many nanoseconds each claim took."
    )

    @Option var postgres: String
    @Option(help: "How many claims.") var claims: Int
    @Option(help: "How many jobs each takes.") var batch = 10
    @Option(help: "How many claims are made before the first that counts.") var warmUp = 50

    func run() async throws {
        var options = PostgresConnection.Options(conninfo: postgres, applicationName: "chassis-benchmark")
        options.sessionSettings = WorkerService.sessionSettings
        let worker = PostgresPool(options, size: 1)
        let scheduler = SubmitCommand.pool(postgres, size: 1)
        let registration = SessionStore.Registration(
            worker: "claims",
            host: "here",
            pid: getpid(),
            version: "0",
            queues: ["default"],
            slots: batch
        )
        let session = try await worker.withConnection {
            try await SessionStore().begin(registration, lease: .seconds(3600), on: $0)
        }
        let queue = QueueStore(worker)
        let runs = RunStore(scheduler)
        let submission = try SubmitCommand.submission(jobs: batch, kind: "noop", params: "{}")
        for number in 0..<(warmUp + claims) {
            let began = clinux_monotonic_ns()
            let claimed = try await queue.turn(session: session, queue: "default", limit: batch).claimed
            let took = clinux_monotonic_ns() - began
            guard claimed.count == batch else { throw ValidationError("only \(claimed.count) jobs are pending") }
            if number >= warmUp { print(took) }
            let endings = claimed.map {
                JobEnding(of: $0, .succeeded(.null))
            }
            _ = try await queue.turn(session: session, ending: endings, queue: "default", limit: 0)
            _ = try await runs.submit(submission)
        }
        await worker.close()
        await scheduler.close()
    }
}
