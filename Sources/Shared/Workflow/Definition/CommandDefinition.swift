package import JobModel

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
    /// What it reads on standard input; nil for nothing.
    package var input: TemplateValue?
    /// What it may use.
    package var limits = ProgramLimitsDefinition()
    /// How often the model that it talks to may make the same calls.
    package var loops = LoopLimits()
    /// The most calls to providers in all attempts together; nil sets no limit.
    package var requestLimit: Int?
    /// The connections that the program may use through the gateway, each once.
    package let connections: [String]
    /// Whether the program may record named steps; with connections it always may.
    package let hasSteps: Bool

    /// The tools that the program may call over MCP; the names differ.
    package var tools: [ToolDefinition] = []
    /// When people are asked before a tool is called, a model, or a step done; the first rule that fits counts.
    package var approve: [ApprovalRule] = []

    /// Whether people decide about calls of models.
    package var asksAboutModels: Bool {
        approve.contains { if case .models = $0.subject { true } else { false } }
    }
    /// Whether people decide about named steps.
    package var asksAboutSteps: Bool {
        approve.contains { if case .steps = $0.subject { true } else { false } }
    }

    /// Whether the program reaches nothing but the gateway and its tools.
    package var isIsolated = false

    /// Whether the program needs the gateway.
    package var usesGateway: Bool { hasSteps || !connections.isEmpty }
    /// Whether what the program does has steps, and outcomes, of its own.
    package var hasOwnSteps: Bool { usesGateway || !tools.isEmpty }
}
