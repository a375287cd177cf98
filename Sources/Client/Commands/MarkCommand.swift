import ArgumentParser
import JobModel

/// The subcommand `mark`.
struct MarkCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Make a job succeeded with an output of yours, in every state but succeeded.",
        discussion:
            "A worker that has it is told, and what it does is dropped. Where the job had failed and its run has ended, "
            + "'chassis retry' has the jobs behind it go on."
    )

    @OptionGroup var id: RunIDArgument

    @Argument(help: "The name of the job.")
    var job: String

    @Option(name: .long, help: "The output, as JSON (null); checked against the job's schema where it has one.")
    var output: String?

    @Option(name: .customLong("output-file"), help: DataArgument.fileHelp)
    var outputFile: String?

    @Option(name: .long, help: "Why; the audit log keeps it.")
    var reason: String

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let value = try DataArgument.value(output, file: outputFile, as: .json, of: "--output", invocation)
        let answer = try await options.api(invocation).act(
            "mark",
            on: id.run,
            ["job": .string(job), "output": value ?? .null, "reason": .string(reason)]
        )
        let run = RunSummary(answer)
        let next = run.isFinal && run.state != "succeeded" ? "; 'chassis retry \(run.id)' has the rest go on" : ""
        options.show(
            [StyledLine("\(job) has succeeded; run \(run.id) is \(run.state)\(next)")],
            json: answer,
            invocation
        )
        return .success
    }
}
