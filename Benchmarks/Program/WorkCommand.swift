import ArgumentParser
import CLinux
import Glibc
import JobModel
import Logging
import ServiceLifecycle
import Settings
import Storage
import Telemetry
import UnixSignals
import Worker

/// A worker process as users run it, with kinds of jobs that measure.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Runs a worker with the kinds noop, stamp, steps, hold and sleep."
    )

    @Option var postgres: String
    @Option var store: String
    @Option var slots = "16"
    @Option var queues = "default"
    @Option var lease = "15s"
    @Option var logLevel = "error"

    func run() async throws {
        let settings = try WorkerSettings(
            flags: ["postgres": postgres, "store": store, "slots": slots, "queues": queues, "lease": lease],
            environment: [:]
        )
        let logger = Logger.ofProgram("chassis-benchmark", format: "text", level: logLevel)
        let worker = WorkerService(settings: settings, plainHandlers: Self.handlers, logger: logger)
        try await ServiceGroup(
            configuration: .init(
                services: [.init(service: worker, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm],
                logger: logger
            )
        ).run()
    }

    private static let handlers: [String: PlainHandler] = [
        "noop": { _ in .null },
        // The run, the attempt and when its handler began, on the clock that all processes of a machine share.
        "stamp": { context in
            Self.print("\(context.job.run) \(context.job.attempt) \(clinux_monotonic_ns())\n")
            return .null
        },
        "steps": { context in
            for _ in 0..<(context.job.params["steps"]?.integerValue ?? 10) {
                _ = try await context.step("step") { .null }
            }
            return .null
        },
        "hold": { context in
            Self.print("\(context.job.run) \(context.job.attempt) \(clinux_monotonic_ns())\n")
            try await ContinuousClock().sleep(for: .milliseconds(context.job.params["ms"]?.integerValue ?? 1000))
            return .null
        },
        "sleep": { context in
            try await ContinuousClock().sleep(for: .milliseconds(context.job.params["ms"]?.integerValue ?? 1000))
            return .null
        },
    ]

    private static func print(_ line: String) {
        // One write a line, so lines of several jobs do not mix.
        _ = Array(line.utf8).withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
