import ArgumentParser
import JobModel

/// The subcommand `prioritize`.
struct PrioritizeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "prioritize",
        abstract: "Give the unfinished jobs of a run, or of all runs of a filter, another priority.",
        discussion: "Jobs that run go on. With a filter, the runs are only shown until --yes is given."
    )

    @OptionGroup var runs: RunsArgument

    @Option(name: .customLong("to"), help: "The priority, -1000 to 1000; higher goes first.")
    var priority: Int64

    @Option(name: .long, help: "Only this job and its items.")
    var job: String?

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard (-1_000...1_000).contains(priority) else {
            throw ValidationError("--to is \(priority), it goes from -1000 to 1000")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var members = why.members
        members["priority"] = .integer(priority)
        members["job"] = job.map { .string($0) }
        return try await runs.perform("prioritize", members, options, invocation) { run in
            "run \(run.id) has the priority \(priority)"
        }
    }
}
