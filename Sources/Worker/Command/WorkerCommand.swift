import ArgumentParser
import CLinux
import ChassisWorker
import Glibc
import JobModel
import Settings
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

        @OptionGroup var options: WorkerOptions

        func run() async throws { await WorkerProgram.run(options, name: "chassis-worker") }
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
