import Glibc
package import JobModel
package import Models
package import Workflow

/// Runs a program that the workflow names, with the arguments a model writes.
///
/// The model's arguments come as one JSON object on standard input and nowhere else: never in the command line, where
/// they could pass for options and be seen by every user of the host. `CHASSIS_IDEMPOTENCY_KEY` names the call. What the
/// program writes to standard output is what the model sees, what it writes to standard error goes to the job's log.
package struct CommandTool: Tool {
    package let definition: Models.ToolDefinition
    package let effect: Effect
    private let run: [String]
    private let limits: ProgramLimits
    private let runner: ProgramRunner
    private let programs: ProgramDirectory
    private let check: ArgumentCheck

    /// - Parameters:
    ///   - name: What the model calls it.
    ///   - description: What the model is told of it.
    ///   - run: The program and its arguments; those that begin with `programs:` name files of `programs`.
    ///   - parameters: What the model's arguments must look like.
    ///   - effect: What repeating a call does, by default `once`.
    package init(
        name: String,
        description: String,
        run: [String],
        parameters: JSONSchema = .anyObject,
        effect: Effect = .once,
        limits: ProgramLimits = ProgramLimits(),
        runner: ProgramRunner,
        programs: ProgramDirectory
    ) {
        precondition(!run.isEmpty, "a program has a name")
        definition = Models.ToolDefinition(name: name, description: description, parameters: parameters.value)
        self.effect = effect
        self.run = run
        self.limits = limits
        self.runner = runner
        self.programs = programs
        check = ArgumentCheck(parameters)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        let input = try InputFile(arguments.encoded(), in: context.scratchDirectory)
        var environment = context.environment
        environment["CHASSIS_IDEMPOTENCY_KEY"] = context.idempotencyKey
        let program = Program(
            arguments: try programs.resolve(run),
            environment: environment,
            scratchDirectory: context.scratchDirectory,
            inputFile: input.path,
            limits: limits
        )
        let log = context.log
        let result = try await runner.run(program) { line in
            if line.stream == .error { log(line.text) }
        }
        return output(of: result)
    }

    private func output(of result: ProgramResult) -> ToolOutput {
        guard !result.succeeded else {
            let dropped = result.droppedOutputBytes
            return ToolOutput(
                dropped == 0 ? result.output : "\(result.output)\n[\(dropped) further bytes of output were dropped]"
            )
        }
        // The reason stands last in what a program says, so it must not be what is cut.
        let parts = [
            "\(definition.name) \(result.ending)" + (limits.mayHaveBeenReached(by: result).map { "; \($0)" } ?? ""),
            result.errorOutput.isEmpty ? nil : "standard error:\n\(result.errorOutput)",
            result.output.isEmpty ? nil : "standard output:\n\(result.output)",
        ]
        return .fault(parts.compactMap { $0 }.joined(separator: "\n"))
    }
}
