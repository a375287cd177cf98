import Glibc
import Settings

/// Everything that one call of the `chassis` command has to do with.
package struct Invocation: Sendable {
    /// The environment variables.
    package var environment: [String: String]
    /// The directory that relative paths start from.
    package var directory: String
    /// Standard output.
    package var output: Terminal
    /// Standard error.
    package var errors: Terminal
    /// Ctrl-C and SIGTERM, from the moment it is called.
    package var interrupts: @Sendable () -> AsyncStream<Int32>
    /// Waits, and measures lengths.
    package var clock = ContinuousClock()

    /// - Parameter interrupts: By default none ever comes.
    package init(
        environment: [String: String],
        directory: String,
        output: Terminal,
        errors: Terminal,
        interrupts: @escaping @Sendable () -> AsyncStream<Int32> = { AsyncStream { _ in } }
    ) {
        self.environment = environment
        self.directory = directory
        self.output = output
        self.errors = errors
        self.interrupts = interrupts
    }

    /// The call that this process is.
    package static func ofThisProcess() -> Invocation {
        let environment = ProcessEnvironment.all
        let allowsColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        return Invocation(
            environment: environment,
            directory: workingDirectory(),
            output: Terminal(descriptor: STDOUT_FILENO, allowsColour: allowsColour),
            errors: Terminal(descriptor: STDERR_FILENO, allowsColour: allowsColour),
            interrupts: { Signals.stream() }
        )
    }

    /// The run whose job this is a part of; nil when it is none's.
    var run: Int64? { environment["CHASSIS_RUN"].flatMap { Int64($0) } }

    /// The path from the root.
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : directory + "/" + path }

    private static func workingDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}
