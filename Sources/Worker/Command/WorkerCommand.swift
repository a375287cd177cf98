import ArgumentParser
import CLinux
import Glibc
import JobModel
import Logging
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals
import Worker

@main
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis-worker",
        abstract: "Claims and runs jobs.",
        discussion: """
            Every option may also be set by a variable (--health-file by CHASSIS_HEALTH_FILE) or in the file that
            --config names. SIGTERM drains: jobs are released at their next step boundary.
            """,
        version: WorkerService.version,
        subcommands: [Run.self, GatewayCommand.self, Probe.self],
        defaultSubcommand: Run.self
    )

    static func main() async {
        let arguments = Beginning.arguments()
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error).isSuccess {
            exit(withError: error)
        } catch {
            Ending.refuse(fullMessage(for: error).split(separator: "\n").map(String.init), status: 2)
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Claims and runs jobs (the default).")

        @Option(help: "A settings file.") var config: String?
        @Option(help: help("postgres")) var postgres: String?
        @Option(help: help("store")) var store: String?
        @Option(help: help("name")) var name: String?
        @Option(help: help("slots")) var slots: String?
        @Option(help: help("queues")) var queues: String?
        @Option(help: help("labels")) var labels: String?
        @Option(name: .customLong("label"), help: "One more label, such as gpu=a100; any number of times.")
        var label: [String] = []
        @Option(help: help("connections")) var connections: String?
        @Option(help: help("programs")) var programs: String?
        @Option(help: help("skills")) var skills: String?
        @Option(help: help("health-file")) var healthFile: String?
        @Option(help: help("lease")) var lease: String?
        @Option(help: help("drain")) var drain: String?
        @Option(help: help("poison-limit")) var poisonLimit: String?
        @Option(help: help("log-format")) var logFormat: String?
        @Option(help: help("log-level")) var logLevel: String?

        func run() async throws {
            let environment = ProcessEnvironment.all
            let settings: WorkerSettings
            do {
                settings = try WorkerSettings(
                    flags: flags,
                    environment: environment,
                    file: try config.map(SettingsFile.read) ?? [:]
                )
            } catch {
                Ending.refuse(error.lines, status: 2)
            }
            let logger = Logger.ofProgram("chassis-worker", format: settings.logFormat, level: settings.logLevel)
            let worker = WorkerService(
                settings: settings,
                failpoints: Failpoints(environment["CHASSIS_FAILPOINT"]),
                logger: logger
            )
            do {
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
            } catch {
                Ending.refuse("chassis-worker: \(error)", status: 1)
            }
        }

        private var flags: [String: String] {
            [
                "postgres": postgres, "store": store, "name": name, "slots": slots, "queues": queues,
                "labels": labels == nil && label.isEmpty
                    ? nil : ([labels].compactMap { $0 } + label).joined(separator: ","),
                "connections": connections, "programs": programs, "skills": skills, "health-file": healthFile,
                "lease": lease,
                "drain": drain, "poison-limit": poisonLimit, "log-format": logFormat, "log-level": logLevel,
            ].compactMapValues { $0 }
        }

        private static func help(_ key: String) -> ArgumentHelp {
            ArgumentHelp(stringLiteral: WorkerSettings.help.first { $0.key == key }?.help ?? key)
        }
    }

    struct Probe: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells whether a worker on this host has renewed its lease lately, by its health file."
        )

        @Option(help: "The file the worker was told to touch; also CHASSIS_HEALTH_FILE.") var healthFile: String?
        @Option(help: "How old it may be (45s).") var maximumAge: String = "45s"

        func run() throws {
            guard let path = healthFile ?? ProcessEnvironment.all["CHASSIS_HEALTH_FILE"] else {
                Ending.refuse("setting health-file: is not set; give --health-file or CHASSIS_HEALTH_FILE", status: 2)
            }
            guard let limit = Duration(text: maximumAge) else {
                Ending.refuse("setting maximum-age: must be a length of time with its unit, such as 45s", status: 2)
            }
            let seconds = clinux_file_age(path)
            guard seconds >= 0 else { Ending.refuse("\(path): \(String(cString: strerror(errno)))", status: 1) }
            let age = Duration.seconds(seconds)
            guard age <= limit else {
                Ending.refuse("the lease was last renewed \(age.shortText) ago, more than \(maximumAge)", status: 1)
            }
        }
    }
}
