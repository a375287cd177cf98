import ArgumentParser
import JobModel

/// The subcommand `resolve`.
struct ResolveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what became of a step whose outcome is unknown."
    )

    @OptionGroup var id: RunIDArgument

    @Argument(help: "The name of the job.")
    var job: String

    @Argument(help: "The step, such as t0004.1.")
    var step: String

    @Option(name: .long, help: "It happened, and this was the result, as JSON; a text stands in quotes.")
    var happened: String?

    @Option(name: .customLong("happened-file"), help: DataArgument.fileHelp)
    var happenedFile: String?

    @Flag(name: .customLong("not-happened"), help: "It did not happen: it is run again.")
    var notHappened = false

    @Flag(name: .long, help: "The job is to fail.")
    var fail = false

    @Option(name: .long, help: "Why, for the audit log.")
    var why: String?

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard [happened != nil || happenedFile != nil, notHappened, fail].count(where: { $0 }) == 1 else {
            throw ValidationError("give one of --happened JSON (or --happened-file), --not-happened and --fail")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var body: JSONObject = [:]
        let result = try DataArgument.value(happened, file: happenedFile, as: .json, of: "--happened", invocation)
        body["result"] = result
        if let why { body["reason"] = .string(why) }
        let api = try options.api(invocation)
        let run = id.run.rawValue
        let open = try await api.approvals(state: "open", run: run, limit: 1000).list("approvals")
        let found = open.map(ApprovalDetail.init).first { $0.kind == "effect" && $0.job == job && $0.step == step }
        guard let found else {
            throw ClientError.usage(
                "run \(run) has no step \(step) of a job \(job) whose outcome somebody must tell; "
                    + "see 'chassis approvals --run \(run)'"
            )
        }
        body["digest"] = .string(found.digest)
        let word = result != nil ? "happened" : notHappened ? "not-happened" : "fail"
        let answer = try await api.decide(found.id, word, body)
        options.show(ApprovalsView.lines(ApprovalDetail(answer), now: .now), json: answer, invocation)
        return .success
    }
}
