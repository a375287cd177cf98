/// A job that runs a program.
package struct CommandDefinition: Equatable, Sendable {
    /// What the job's output is made from.
    package enum OutputFormat: String, CaseIterable, Sendable {
        /// The last line, which must be JSON.
        case json
        /// Everything as one string.
        case text
        /// An array with a string for each line.
        case lines
    }

    /// A variable of the program's environment.
    package struct Variable: Equatable, Sendable {
        /// Letters, digits and `_`.
        package let name: String
        /// Taken as it is written, apart from its expressions.
        package let value: Template
    }

    /// The program and its arguments, never empty.
    ///
    /// They are handed over as they are: no shell looks at them.
    package let run: [Template]
    /// The variables that are set for it, in the order of the file.
    package let environment: [Variable]
    /// The directory in which it starts; nil leaves it to the worker.
    package let workingDirectory: Template?
    /// What the output is made from; nil takes JSON where the last line is JSON, and text otherwise.
    package let output: OutputFormat?
    /// What it may use.
    package var limits = ProgramLimitsDefinition()
    /// The connections that the program may use through the gateway, each once.
    package let connections: [String]
    /// Whether the program may record named steps; with connections it always may.
    package let hasSteps: Bool

    /// Whether the program needs the gateway.
    package var usesGateway: Bool { hasSteps || !connections.isEmpty }
}
