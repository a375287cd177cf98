import ArgumentParser
import CLinux
import Glibc
import JobModel
import Postgres
import Storage

/// Submits runs, as fast as it goes.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submits runs and prints how many seconds it took."
    )

    @Option var postgres: String
    @Option(help: "How many runs.") var runs: Int
    @Option(help: "How many jobs each run has.") var jobs = 1
    @Option(help: "The kind of the jobs.") var kind = "noop"
    @Option(help: "How many submit at once.") var clients = 1
    @Option(help: "The params of the runs, as JSON.") var params = "{}"
    @Option(help: "The queue.") var queue = "default"
    @Option(help: "The team.") var team = "default"
    @Option(help: "Waits while so many runs have not ended; 0 for never.") var atMost = 0
    @Flag(help: "Workers are told of the jobs, as a scheduler tells them.") var telling = false
    @Flag(help: "Each job needs the one before.") var chain = false
    @Flag(help: "All jobs but the first need it, and the last needs all others.") var fan = false
    @Option(help: "A workflow file whose jobs are job0, job1 and so on.") var source: String?

    func run() async throws {
        let pool = Self.pool(postgres, size: clients)
        let submission = try Self.submission(
            jobs: jobs,
            kind: kind,
            params: params,
            queue: queue,
            team: team,
            chain: chain,
            fan: fan,
            source: try source.map(Self.text) ?? "name: benchmark"
        )
        // The version is there, and every connection open, before the clock runs.
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<clients {
                group.addTask { _ = try await pool.query("SELECT pg_sleep(0.05)") }
            }
        }
        let began = clinux_monotonic_ns()
        if telling {
            try await Self.withNotifier(pool) { try await submit(submission, to: pool, telling: $0) }
        } else {
            try await submit(submission, to: pool, telling: nil)
        }
        print(Double(clinux_monotonic_ns() - began) / 1e9)
        await pool.close()
    }

    private func submit(
        _ submission: RunStore.Submission,
        to pool: PostgresPool,
        telling notifier: ReadyNotifier?
    ) async throws {
        let store = RunStore(pool)
        try await withThrowingDiscardingTaskGroup { group in
            for client in 0..<clients {
                let share = runs / clients + (client < runs % clients ? 1 : 0)
                group.addTask {
                    for _ in 0..<share {
                        if atMost > 0 { try await waitForRoom(pool) }
                        _ = try await store.submit(submission, telling: notifier)
                    }
                }
            }
        }
    }

    /// Runs `body` beside a notifier, as it runs in a scheduler.
    static func withNotifier(
        _ pool: PostgresPool,
        _ body: (ReadyNotifier) async throws -> Void
    ) async throws {
        let notifier = ReadyNotifier(pool)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await notifier.run() }
            try await body(notifier)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    /// Connections like a scheduler's.
    static func pool(_ conninfo: String, size: Int) -> PostgresPool {
        var options = PostgresConnection.Options(conninfo: conninfo, applicationName: "chassis-benchmark")
        options.sessionSettings = SubmitterSettings.all
        return PostgresPool(options, size: size)
    }

    private func waitForRoom(_ pool: PostgresPool) async throws {
        let count = PostgresStatement(name: "live", sql: "SELECT count(*) AS runs FROM chassis.live_run")
        while try await pool.query(count).rows.first?.int("runs") ?? 0 >= atMost {
            try await ContinuousClock().sleep(for: .milliseconds(5))
        }
    }

    private static func text(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func needs(of place: Int, among jobs: Int, chain: Bool, fan: Bool) -> [String] {
        guard place > 0 else { return [] }
        if chain { return ["job\(place - 1)"] }
        guard fan else { return [] }
        return place == jobs - 1 ? (1..<place).map { "job\($0)" } : ["job0"]
    }

    static func submission(
        jobs: Int,
        kind: String,
        params: String,
        queue: String = "default",
        team: String = "default",
        chain: Bool = false,
        fan: Bool = false,
        source: String = "name: benchmark"
    ) throws -> RunStore.Submission {
        RunStore.Submission(
            workflow: "benchmark",
            source: source,
            team: team,
            params: try JSONValue(parsing: params).objectValue ?? [:],
            jobs: (0..<jobs).map { place in
                RunStore.NewJob(
                    name: "job\(place)",
                    kind: kind,
                    queue: queue,
                    needs: needs(of: place, among: jobs, chain: chain, fan: fan)
                )
            }
        )
    }
}
