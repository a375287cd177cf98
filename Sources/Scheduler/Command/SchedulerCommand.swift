import ArgumentParser
import JobModel
import Logging
import Scheduler
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals

@main
struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis-scheduler",
        abstract: "Starts runs, serves the HTTP API, and repairs; run as many as you like.",
        discussion: """
            Every option may also be set by a variable (--log-level by CHASSIS_LOG_LEVEL) or in the file that --config
            names.
            """,
        version: SchedulerProcess.version
    )

    @Option(help: "A settings file.") var config: String?
    @Option(help: help("postgres")) var postgres: String?
    @Option(help: help("store")) var store: String?
    @Option(help: help("listen")) var listen: String?
    @Option(help: help("grace")) var grace: String?
    @Option(help: help("poison-limit")) var poisonLimit: String?
    @Option(help: help("ageing")) var ageing: String?
    @Option(help: help("retention")) var retention: String?
    @Option(help: help("webhook")) var webhook: String?
    @Option(help: help("webhook-secret-file")) var webhookSecretFile: String?
    @Option(help: help("webhook-private")) var webhookPrivate: String?
    @Option(help: help("event-webhooks")) var eventWebhooks: String?
    @Option(help: help("asset-sources")) var assetSources: String?
    @Option(help: help("log-format")) var logFormat: String?
    @Option(help: help("log-level")) var logLevel: String?

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

    func run() async throws {
        let settings: SchedulerSettings
        do {
            settings = try SchedulerSettings(
                flags: flags,
                environment: ProcessEnvironment.all,
                file: try config.map(SettingsFile.read) ?? [:]
            )
        } catch {
            Ending.refuse(error.lines, status: 2)
        }
        let logger = Logger.ofProgram("chassis-scheduler", format: settings.logFormat, level: settings.logLevel)
        do {
            let services = try await SchedulerProcess.services(settings: settings, logger: logger)
            var configuration = ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
            configuration.maximumGracefulShutdownDuration = .seconds(10)
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            Ending.refuse("chassis-scheduler: \(error)", status: 1)
        }
    }

    private var flags: [String: String] {
        [
            "postgres": postgres, "store": store, "listen": listen, "grace": grace, "poison-limit": poisonLimit,
            "ageing": ageing, "retention": retention,
            "webhook": webhook, "webhook-secret-file": webhookSecretFile, "webhook-private": webhookPrivate,
            "event-webhooks": eventWebhooks, "asset-sources": assetSources,
            "log-format": logFormat, "log-level": logLevel,
        ].compactMapValues { $0 }
    }

    private static func help(_ key: String) -> ArgumentHelp {
        ArgumentHelp(stringLiteral: SchedulerSettings.help.first { $0.key == key }?.help ?? key)
    }
}
