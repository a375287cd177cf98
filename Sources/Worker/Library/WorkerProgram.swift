internal import ArgumentParser
internal import CLinux
internal import Logging
internal import ServiceLifecycle
internal import Settings
internal import Telemetry
internal import UnixSignals
package import Worker

/// A worker as a process: its settings, its signals and its end.
package enum WorkerProgram {
    /// The command line of a worker that somebody has built on the library.
    private struct Command: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Claims and runs jobs of its own handlers, and of agents with its tools.",
            discussion: """
                Every option may also be set by a variable (--health-file by CHASSIS_HEALTH_FILE) or in the file that
                --config names. SIGTERM drains: jobs are released at their next step boundary.
                """
        )

        @OptionGroup var options: WorkerOptions
    }

    /// Runs a worker that somebody has built on the library; ends the process when it cannot begin.
    static func main(code: WorkerCode, problems: [String]) async {
        let arguments = Beginning.arguments()
        if !problems.isEmpty { Ending.refuse(problems, status: 2) }
        let command: Command
        do {
            command = try Command.parse(arguments)
        } catch  where Command.exitCode(for: error).isSuccess {
            Command.exit(withError: error)
        } catch {
            Ending.refuse(Command.fullMessage(for: error).split(separator: "\n").map(String.init), status: 2)
        }
        await run(command.options, code: code, name: "worker")
    }

    /// Runs a worker until it is asked to stop; ends the process when it cannot begin.
    ///
    /// - Parameter name: The program's, for messages.
    package static func run(_ options: WorkerOptions, code: WorkerCode = WorkerCode(), name: String) async {
        // The programs of its jobs run as its user, and are not to read its keys.
        clinux_keep_private()
        let settings: WorkerSettings
        do {
            settings = try options.settings()
        } catch {
            Ending.refuse(error.lines, status: 2)
        }
        let logger = Logger.ofProgram(name, format: settings.logFormat, level: settings.logLevel)
        let worker = WorkerService(
            settings: settings,
            code: code,
            failpoints: WorkerFailpoints(ProcessEnvironment.all["CHASSIS_FAILPOINT"]),
            logger: logger
        )
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await worker.serveTools() }
                try await ServiceGroup(
                    configuration: .init(
                        services: [
                            .init(
                                service: worker,
                                successTerminationBehavior: .gracefullyShutdownGroup,
                                failureTerminationBehavior: .cancelGroup
                            )
                        ],
                        gracefulShutdownSignals: [.sigterm, .sigint],
                        logger: logger
                    )
                ).run()
                group.cancelAll()
            }
        } catch {
            Ending.refuse("\(name): \(error)", status: 1)
        }
    }
}
