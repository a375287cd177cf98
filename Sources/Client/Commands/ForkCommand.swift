import ArgumentParser
import JobModel

/// The subcommand `fork`.
struct ForkCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork",
        abstract: "Start a new run that takes over another one's steps and pays only for what changed.",
        discussion: """
            Without --at every step is taken over that would be the same: forking a run that succeeded, unchanged, costs \
            nothing. With --at JOB:STEP (see 'chassis transcript') what comes before the step is taken over, and the step \
            is run anew, with what --prompt, --model or --result say; --at JOB runs the whole job anew.
            """
    )

    @OptionGroup var id: RunIDArgument

    @Option(
        name: .long,
        help: "Where to leave the run's way: a job, or one of its steps as job:t0003 or job:gateway/openai#4."
    )
    var at: ForkPlace?

    @Option(
        name: .long,
        help: "At the first turn the prompt in place of the file's, at a later one a message before it."
    )
    var prompt: String?

    @Option(name: .long, help: "The model from this turn on, as connection/model.")
    var model: String?

    @Option(name: .long, help: "The step's result, as JSON or text; it is not run.")
    var result: String?

    @Option(name: .customLong("result-file"), help: DataArgument.fileHelp)
    var resultFile: String?

    @Option(name: .long, help: "A workflow file in place of the run's own version.")
    var workflow: String?

    @Option(name: .customLong("param"), help: "A param in place of the run's own, as key=value; may be given again.")
    var params: [ParamArgument] = []

    @Option(name: .customLong("param-file"), help: ParamArgument.fileHelp)
    var paramFiles: [ParamArgument] = []

    @Flag(name: .long, help: "Show the progress until the run has ended; the exit status then says how.")
    var follow = false

    @Option(name: .customLong("idempotency-key"), help: "A name for this fork: the same one again gives the same run.")
    var idempotencyKey: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let source = try workflow.map { try WorkflowSource.read($0, invocation).source }
        let body = try body(workflow: source?.text, file: source?.name, invocation)
        let api = PatientAPI(
            api: try options.api(invocation),
            errors: invocation.errors,
            clock: invocation.clock
        )
        let key = body["idempotency_key"]?.stringValue ?? ""
        let answer = try await api.submit(key: key) {
            try await $0.fork(id.run, body: body, source: source?.text ?? "")
        }
        let run = RunSummary(answer)
        guard follow else {
            options.show(
                [
                    StyledLine("run \(run.id)  ", .bold).adding(
                        "\(run.workflow) v\(run.version), forked from run \(id.run)"
                    ),
                    StyledLine(
                        "see it with 'chassis show \(run.id)', compare with 'chassis diff \(id.run) \(run.id)'",
                        .dim
                    ),
                ],
                json: answer,
                invocation
            )
            return .success
        }
        let follower = RunFollower(
            api: api,
            terminal: options.output.json ? nil : invocation.output
        )
        return try await follower.follow(RunID(rawValue: run.id), invocation)
    }

    private func body(
        workflow: String?,
        file: String?,
        _ invocation: Invocation
    ) throws(ClientError) -> JSONObject {
        let result = try DataArgument.value(result, file: resultFile, of: "--result", invocation)
        if at == nil, prompt != nil || model != nil || result != nil {
            throw .usage("--prompt, --model and --result belong to a step; say with --at JOB:STEP to which")
        }
        var body = JSONObject()
        body["job"] = (at?.job).map { .string($0) }
        body["step"] = (at?.step).map { .string($0) }
        body["prompt"] = prompt.map { .string($0) }
        body["model"] = model.map { .string($0) }
        body["result"] = result
        body["workflow"] = workflow.map { .string($0) }
        body["file"] = file.map { .string($0) }
        body["idempotency_key"] = .string(idempotencyKey ?? IdempotencyKey.fresh())
        let params = try ParamArgument.object(params, files: paramFiles, invocation)
        if !params.isEmpty { body["raw_params"] = .object(params) }
        return body
    }
}
