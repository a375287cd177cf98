import ArgumentParser
import HTTPTransport
import JobModel

/// The subcommand `step`.
struct StepCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Inside a command job: run a command once, and print what it printed.",
        discussion: """
            Done before, it prints what the command printed then. Otherwise it runs the command, records what it prints, \
            and prints that. A command that fails is not recorded, and its status is passed on.

            Exit status: that of the command; 127 when there is no such command and 126 when it cannot be started, as of \
            a shell; 75 when the step may have happened, its effect is once and nobody is to be \
            asked; 77 when people have denied it.
            """
    )

    @Argument(help: "The step's name: letters, digits and _ - . / :")
    var name: String

    @Option(help: "What repeating it means: none, idempotent or once.")
    var effect: String = Effect.idempotent.rawValue

    @Option(
        help: "What becomes of it when its effect is once and it may have happened: ask (a person says), retry or fail."
    )
    var unknown: String = UnknownPolicy.ask.rawValue

    @Argument(parsing: .postTerminator, help: "The command, behind --.")
    var command: [String] = []

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        guard let program = command.first else {
            throw ClientError.usage("chassis step \(name): write the command behind --, as in -- ./charge.sh 42")
        }
        guard let effect = Effect(rawValue: effect) else {
            throw ClientError.usage("--effect must be none, idempotent or once, not \(effect)")
        }
        guard let unknown = UnknownPolicy(rawValue: unknown) else {
            throw ClientError.usage("--unknown must be ask, retry or fail, not \(unknown)")
        }
        let step = try StepEndpoint(
            name: name,
            effect: effect,
            unknown: unknown,
            command: command,
            invocation.environment
        )
        switch try await step.ask() {
        case .done(let output):
            invocation.output.write(output)
            return .success
        case .unknown(let message):
            invocation.errors.print(StyledLine("chassis: ", .red).adding(message))
            return .unknown
        case .denied(let message):
            invocation.errors.print(StyledLine("chassis: ", .red).adding(message))
            return .denied
        case .run(let position, let key):
            let outcome = try await StepProgram.run(program, Array(command.dropFirst()), idempotencyKey: key)
            return try await settle(step, effect, position, outcome, program, invocation)
        }
    }

    /// Says what became of the step.
    private func settle(
        _ step: StepEndpoint,
        _ effect: Effect,
        _ position: String,
        _ outcome: StepProgram.Outcome,
        _ program: String,
        _ invocation: Invocation
    ) async throws -> CommandStatus {
        switch outcome {
        case .ended(0, .text(let text)):
            try await step.record(position, output: text)
            invocation.output.write(text)
            return .success
        case .ended(0, .notKept(let reason)):
            let said = "it was done, with status 0, and its result was not kept: \(reason)"
            try await step.doubt(position, because: said)
            throw ClientError.unsuccessful(reason)
        case .ended(let status, _):
            try await step.record(position, failure: "\(program) ended with status \(status)")
            return CommandStatus(rawValue: status)
        case .killed(let signal):
            let said = "\(program) was killed by signal \(signal)"
            if effect == .once {
                // It has not said that it failed, and may have done all that it was to do.
                try await step.doubt(position, because: said + "; what it was to do may have been done before")
            } else {
                try await step.record(position, failure: said)
            }
            // As a shell tells it.
            return CommandStatus(rawValue: 128 + signal)
        case .notStarted(let status, let reason):
            try await step.record(position, failure: reason)
            invocation.errors.print(StyledLine("chassis: ", .red).adding(reason))
            return CommandStatus(rawValue: status)
        case .lost(let reason):
            try await step.doubt(position, because: reason)
            throw ClientError.unsuccessful(reason)
        }
    }
}
