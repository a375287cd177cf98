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

    @Flag(name: .long, help: "Run the newest version of a workflow that was deployed or run before, by its name.")
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
        let api = try options.api(invocation)
        let rawParams = try ParamArgument.object(params, files: paramFiles, invocation)
        let answer: JSONValue
        if named || version != nil {
            answer = try await api.submit(
                named: file,
                version: version,
                rawParams: rawParams,
                idempotencyKey: idempotencyKey
            )
        } else {
            let source = try WorkflowSource.read(file, invocation).source
            answer = try await api.submit(
                source: source.text,
                file: source.name,
                rawParams: rawParams,
                idempotencyKey: idempotencyKey
            )
        }
        let run = RunSummary(answer)
        guard follow else {
            options.show(Self.lines(run), json: answer, invocation)
            return .success
        }
        let follower = RunFollower(
            api: PatientAPI(api: api, errors: invocation.errors, clock: invocation.clock),
            terminal: options.output.json ? nil : invocation.output
        )
        return try await follower.follow(RunID(rawValue: run.id), invocation)
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
