import ArgumentParser
import CLinux
import JobModel
import Postgres
import Storage

/// Submits runs of one job to an idle worker, one after the other, and says when each was sent and committed.
struct SubmitTimedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit-timed",
        abstract: "Submits runs with a pause between, and prints for each: run, nanoseconds when sent, when committed."
    )

    @Option var postgres: String
    @Option var runs: Int
    @Option(help: "The shortest pause; the longest is twice as long.") var pauseMs = 20
    @Option(help: "The team.") var team = "default"
    @Option var seed: UInt64 = 1

    func run() async throws {
        let pool = SubmitCommand.pool(postgres, size: 2)
        let submission = try SubmitCommand.submission(jobs: 1, kind: "stamp", params: "{}", team: team)
        let store = RunStore(pool)
        try await SubmitCommand.withNotifier(pool) { notifier in
            var state = seed
            for _ in 0..<runs {
                // Xorshift is enough to be out of step with any timer.
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                try await ContinuousClock().sleep(
                    for: .microseconds(pauseMs * 1000 + Int(state % UInt64(pauseMs * 1000)))
                )
                let sent = clinux_monotonic_ns()
                let receipt = try await store.submit(submission, telling: notifier)
                let committed = clinux_monotonic_ns()
                print(receipt.run, sent, committed)
            }
            // The last message is on its way.
            try await ContinuousClock().sleep(for: .milliseconds(pauseMs))
        }
        await pool.close()
    }
}
