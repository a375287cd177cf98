import Checkpoints
import Gateway
import Glibc
import JobModel
import Storage
import Tools
import Workflow

/// Runs jobs of the kind command: one program, whose end is the job's.
///
/// The program gets nothing of the worker's environment. It may leave its output in the file `$CHASSIS_OUTPUT`, else it
/// is made from what it printed; files it leaves in `$CHASSIS_ARTIFACTS` go to the object store.
struct CommandHandler: JobHandler {
    /// The largest output file that is read, in bytes.
    static let maximumOutputBytes = 4 << 20
    /// How many names of what is not kept as an artifact are told.
    private static let shownNames = 10

    /// The step that the program is.
    private static var program: StepPosition {
        get throws(CheckpointError) { try .step(named: "command") }
    }

    let runner: ProgramRunner
    let programs: ProgramDirectory?
    let artifacts: ArtifactKeeper
    let gateway: ProgramGateway
    let tools: ProgramToolbox

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .command(let command) = context.definition.kind else { preconditionFailure("not a command job") }
        let arguments = try command.run.map { try context.text($0) }
        var variables: [String: String] = [:]
        for variable in command.environment { variables[variable.name] = try context.text(variable.value) }
        let given = variables
        let input = try context.evaluate { expressions throws(ExpressionError) in
            try command.input?.evaluate(in: expressions)
        }
        var request: JSONObject = [
            "run": .array(arguments.map { .string($0) }),
            "environment": .object(
                JSONObject(variables.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
        ]
        request["input"] = input
        let step = StepRequest(
            position: try Self.program,
            fingerprint: Fingerprint(kind: .step, request: .object(request), after: nil),
            kind: .step,
            name: arguments.first ?? "",
            effect: command.hasOwnSteps ? .none : .idempotent,
            isPaid: false
        )
        let outcome = try await context.steps.run(step) { calls in
            context.steps.answerBegins(of: step.position)
            let output = try await tools.serving(command, in: context) { offer in
                try await gateway.serving(command, judge: offer.judge, in: context) { served in
                    try await execute(
                        command,
                        arguments: arguments,
                        input: input,
                        variables: offer.variables.merging(served) { $1 }.merging(given) { $1 },
                        idempotencyKey: calls.idempotencyKey,
                        in: context
                    )
                }
            }
            return StepResult(value: output)
        }
        return outcome.value
    }

    /// Whether a step is the program of a job of this kind, in any of its rounds: the step that leaves artifacts.
    static func isProgram(_ position: StepPosition) throws(CheckpointError) -> Bool {
        let (text, program) = (position.description, try program.description)
        return text == program || text.hasPrefix("r") && text.hasSuffix("/\(program)")
    }

    private func execute(
        _ command: CommandDefinition,
        arguments: [String],
        input: JSONValue?,
        variables: [String: String],
        idempotencyKey: String,
        in context: JobContext
    ) async throws -> JSONValue {
        try context.scratch.make()
        let resolved = try programs?.resolve(arguments) ?? Self.withoutPrograms(arguments)
        var environment = variables
        environment["CHASSIS_OUTPUT"] = context.scratch.output
        environment["CHASSIS_ARTIFACTS"] = context.scratch.artifacts
        environment["CHASSIS_RUN"] = "\(context.job.run)"
        environment["CHASSIS_JOB"] = context.job.name
        environment["CHASSIS_ATTEMPT"] = "\(context.job.attempt)"
        environment["CHASSIS_IDEMPOTENCY_KEY"] = idempotencyKey
        if let programs { environment["CHASSIS_PROGRAMS"] = programs.path }
        if command.hasOwnSteps, environment["PATH"] == nil {
            // For `chassis step` and `chassis mcp`.
            environment["PATH"] = "\(Program.defaultPath):\(GatewayHost.folder)"
        }
        // A text as it is, everything else as JSON.
        let bytes = input.map { $0.stringValue.map { Array($0.utf8) } ?? $0.encoded() }
        let inputFile = try bytes.map { try InputFile($0, in: context.scratch.path) }
        var program = Program(
            arguments: resolved,
            environment: environment,
            scratchDirectory: context.scratch.path,
            workingDirectory: try command.workingDirectory.map { try context.text($0) },
            inputFile: inputFile?.path
        )
        if command.isIsolated {
            program.onlyPorts = ["CHASSIS_GATEWAY_URL", "CHASSIS_MCP_URL"].compactMap { Self.port(of: variables[$0]) }
        }
        program.limits = ProgramLimits(command.limits)
        program.limits.time = Self.time(of: context.definition)
        let result = try await runner.run(program) { line in
            context.log.write(line.stream == .output ? .stdout : .stderr, line.text)
        }
        guard result.succeeded else { throw Self.failure(of: arguments[0], result, program.limits) }
        try await keepArtifacts(of: context)
        return try output(command.output, result, file: context.scratch.output)
    }

    /// How long the program of a job may run: an alarm needs an end, and a job without a timeout has none.
    static func time(of job: JobDefinition) -> Duration { job.timeout ?? .longestWritten }

    /// The port of an address such as `http://127.0.0.1:8421/mcp`.
    private static func port(of address: String?) -> Int? {
        address?.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    private static func withoutPrograms(_ arguments: [String]) throws -> [String] {
        guard let argument = arguments.first(where: { $0.hasPrefix(ProgramDirectory.prefix) }) else { return arguments }
        throw StepFailure(
            failure: JobFailure(
                code: "programs",
                message: "\(argument): this worker has no programs directory; give it --programs"
            ),
            unknownCalls: 0
        )
    }

    private static func failure(of name: String, _ result: ProgramResult, _ limits: ProgramLimits) -> StepFailure {
        let tail = result.errorOutput.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " | ")
        let code = if case .timedOut = result.ending { "timeout" } else { "command-failed" }
        let limit = limits.mayHaveBeenReached(by: result).map { "; \($0)" } ?? ""
        let message = "\(name) \(result.ending)" + (tail.isEmpty ? "" : ": \(tail)") + limit
        // A program that has ended is no outcome unknown: it said that it failed.
        return StepFailure(failure: JobFailure(code: code, message: message), unknownCalls: 0)
    }

    private func keepArtifacts(of context: JobContext) async throws {
        let leftovers: ArtifactKeeper.Leftovers
        do {
            leftovers = try await artifacts.keep(filesIn: context.scratch.artifacts, of: context.job)
        } catch let failure as JobFailure {
            throw StepFailure(failure: failure, unknownCalls: 0)
        }
        if let others = Self.list(leftovers.others, separator: ", ") {
            context.log.event("not kept as artifacts, since they are no files: \(others)")
        }
        if let misnamed = Self.list(leftovers.misnamed, separator: "; ") {
            context.log.event("not kept as artifacts: \(misnamed)")
        }
    }

    /// The first of some texts; nil without any.
    private static func list(_ texts: [String], separator: String) -> String? {
        guard !texts.isEmpty else { return nil }
        return (texts.prefix(shownNames) + (texts.count > shownNames ? ["…"] : [])).joined(separator: separator)
    }

    private func output(
        _ format: CommandDefinition.OutputFormat?,
        _ result: ProgramResult,
        file: String
    ) throws -> JSONValue {
        if let bytes = try Self.contents(of: file) {
            do {
                return try JSONValue(parsing: bytes)
            } catch {
                throw Self.badOutput("the file $CHASSIS_OUTPUT holds \(error)")
            }
        }
        guard result.droppedOutputBytes == 0 else {
            throw Self.badOutput(
                "the program printed \(result.droppedOutputBytes) bytes too many for an output; "
                    + "write large outputs to $CHASSIS_OUTPUT or $CHASSIS_ARTIFACTS"
            )
        }
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        switch format {
        case .text: return .string(result.output)
        case .lines: return .array(lines.map { .string($0) })
        case .json:
            do {
                return try JSONValue(parsing: lines.last ?? "")
            } catch {
                throw Self.badOutput("the last line it printed is \(error)")
            }
        case nil:
            // Whatever is no JSON is meant as text.
            if let last = lines.last, let value = try? JSONValue(parsing: last) { return value }
            return .string(result.output)
        }
    }

    private static func badOutput(_ message: String) -> StepFailure {
        StepFailure(failure: JobFailure(code: "output-invalid", message: message, isPermanent: true), unknownCalls: 0)
    }

    /// What the program left as its output; nil when it left nothing.
    private static func contents(of file: String) throws -> [UInt8]? {
        // A pipe that the program left there would be waited for, and a link may lead anywhere.
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        defer { if descriptor >= 0 { close(descriptor) } }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw badOutput("$CHASSIS_OUTPUT is no file that can be read; write the output to it as JSON")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                throw badOutput("the file $CHASSIS_OUTPUT cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes.isEmpty ? nil : bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumOutputBytes else {
                throw badOutput("the file $CHASSIS_OUTPUT is larger than \(maximumOutputBytes) bytes")
            }
        }
    }
}
