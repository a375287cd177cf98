import ArgumentParser
import JobModel

/// The subcommand `run`.
struct RunCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Submit a workflow.",
        discussion: "The file is checked here first; nothing is sent when anything is wrong with it. Ctrl-C while "
            + "following ends the following, not the run."
    )

    @Argument(help: "The workflow file; or with --named the name of a workflow that is there.")
    var file: String

    @Flag(
        name: .long,
        help: "Run a workflow that was deployed or run before, by its name: the pinned version, else the newest."
    )
    var named = false

    @Option(name: .long, help: "Run this version of the workflow of that name.")
    var version: Int64?

    @Option(name: .customLong("param"), help: "A param as key=value, read by its declared type; may be given again.")
    var params: [ParamArgument] = []

    @Option(name: .customLong("param-file"), help: ParamArgument.fileHelp)
    var paramFiles: [ParamArgument] = []

    @Flag(name: .long, help: "Show the progress until the run has ended; the exit status then says how.")
    var follow = false

    @Option(
        name: .customLong("idempotency-key"),
        help: "A name for this submission: the same one again gives back the same run instead of a new one."
    )
    var idempotencyKey: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = PatientAPI(
            api: try options.api(invocation),
            errors: invocation.errors,
            clock: invocation.clock
        )
        let answer = try await submit(api, invocation)
        let run = RunSummary(answer)
        guard follow else {
            options.show(Self.lines(run), json: answer, invocation)
            return .success
        }
        let follower = RunFollower(
            api: api,
            terminal: options.output.json ? nil : invocation.output
        )
        return try await follower.follow(RunID(rawValue: run.id), invocation)
    }

    /// Asks for the run, again where an answer is lost: by its key it is the same run.
    private func submit(_ api: PatientAPI, _ invocation: Invocation) async throws -> JSONValue {
        let rawParams = try ParamArgument.object(params, files: paramFiles, invocation)
        let key = idempotencyKey ?? IdempotencyKey.fresh()
        guard !named, version == nil else {
            return try await api.submit(key: key) {
                try await $0.submit(named: file, version: version, rawParams: rawParams, idempotencyKey: key)
            }
        }
        let source = try WorkflowSource.read(file, invocation).source
        return try await api.submit(key: key) {
            try await $0.submit(source: source.text, file: source.name, rawParams: rawParams, idempotencyKey: key)
        }
    }

    private static func lines(_ run: RunSummary) -> [StyledLine] {
        var line = StyledLine("run \(run.id)  ", .bold)
        line.append("\(run.workflow) v\(run.version)  ")
        line.append(StateMark.cell(run.state))
        return [
            line,
            StyledLine("follow it with 'chassis logs \(run.id) --follow', see it with 'chassis show \(run.id)'", .dim),
        ]
    }
}
