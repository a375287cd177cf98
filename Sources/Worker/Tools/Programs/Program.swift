/// A program to run, and what it runs in.
package struct Program: Sendable, Equatable {
    /// The program, by path or by a name to be found in `PATH`, and its arguments.
    ///
    /// No shell reads them.
    package var arguments: [String]

    /// What the program finds in its environment besides `basicEnvironment`, and instead of what that says.
    ///
    /// Nothing is inherited from the worker.
    package var environment: [String: String]

    /// A directory of the program's own: its `HOME` and `TMPDIR`.
    package var scratchDirectory: String

    /// Where the program starts; `nil`, the default, stands for the scratch directory.
    package var workingDirectory: String?

    /// A file the program reads as standard input; `nil`, the default, stands for an empty one.
    package var inputFile: String?

    /// The ports of the loopback address that are all the program reaches; `nil`, the default, leaves it the host's network.
    package var onlyPorts: [Int]?

    /// What the program may use.
    package var limits: ProgramLimits

    package init(
        arguments: [String],
        environment: [String: String] = [:],
        scratchDirectory: String,
        workingDirectory: String? = nil,
        inputFile: String? = nil,
        limits: ProgramLimits = ProgramLimits()
    ) {
        self.arguments = arguments
        self.environment = environment
        self.scratchDirectory = scratchDirectory
        self.workingDirectory = workingDirectory
        self.inputFile = inputFile
        self.limits = limits
    }

    /// Where programs are looked for.
    package static let defaultPath = "/usr/local/bin:/usr/bin:/bin"

    /// What every program finds in its environment.
    package var basicEnvironment: [String: String] {
        [
            "PATH": Self.defaultPath, "HOME": scratchDirectory, "TMPDIR": scratchDirectory,
            "LANG": "C.UTF-8",
        ]
    }

    var fullEnvironment: [String: String] { basicEnvironment.merging(environment) { _, given in given } }
}
