import ArgumentParser
import CLinux
import Gateway
import Glibc
import Logging
import Settings
import Telemetry

/// The gateway of a worker, as a process of its own.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serves the programs of a worker; started by the worker itself.",
        shouldDisplay: false
    )

    func run() async throws {
        // The programs that it serves run as its user, and are not to read its keys.
        clinux_keep_private()
        // A terminal's or a service manager's request to stop is the worker's to answer: this process ends with it.
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { Glibc.signal(signal, SIG_IGN) }
        do {
            let gateway = try await GatewayProcess.start(control: STDIN_FILENO) { format, level in
                Logger.ofProgram("chassis-worker gateway", format: format, level: level)
            }
            try await gateway?.run()
        } catch {
            Ending.refuse("chassis-worker gateway: \(error)", status: 1)
        }
    }
}
