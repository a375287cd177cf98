import ArgumentParser
import JobModel

/// The subcommand `transcript`.
struct TranscriptCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcript",
        abstract: "Print what the steps of a job said and did: prompts, answers, tool calls, results."
    )

    @OptionGroup var id: RunIDArgument

    @Argument(help: "The job; not needed when the run has one.")
    var job: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let name = try await self.job(api)
        let steps = try await Transcript.read(of: id.run, job: name, api)
        options.show(
            TranscriptView(steps: steps).lines,
            json: ["job": .string(name), "steps": .array(steps.map(\.json))],
            invocation
        )
        return .success
    }

    private func job(_ api: SchedulerAPI) async throws -> String {
        if let job { return job }
        let names = try await api.run(id.run).list("jobs").map { $0.text("name") }
        guard names.count == 1, let only = names.first else {
            throw ClientError.usage("run \(id.run) has several jobs; name one of \(names.joined(separator: ", "))")
        }
        return only
    }
}
