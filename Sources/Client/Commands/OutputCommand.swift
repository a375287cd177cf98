import ArgumentParser

/// The subcommand `output`.
struct OutputCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "output",
        abstract: "Print the output of a run, or of one of its jobs.",
        discussion:
            "The output of a run is that of the one job that nothing needs, or an object when there are several."
    )

    @OptionGroup var id: RunIDArgument

    @Option(name: .long, help: "The job whose output is wanted.")
    var job: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        do {
            let output = try await api.output(of: id.run, job: job)
            options.show(
                JSONView.text(output).split(separator: "\n").map { StyledLine($0) },
                json: output,
                invocation
            )
            return .success
        } catch ClientError.refused(let problem) where [404, 409].contains(problem.status) {
            let run = RunSummary(try await api.run(id.run))
            guard run.state == "failed" || run.state == "cancelled" else { throw ClientError.refused(problem) }
            throw ClientError.unsuccessful(
                "run \(run.id) \(run.state): \(problem.detail); see 'chassis show \(run.id)'"
            )
        }
    }
}
