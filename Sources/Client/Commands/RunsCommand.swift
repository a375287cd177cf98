import ArgumentParser
import JobModel

/// The subcommand `runs`.
struct RunsCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "runs", abstract: "List runs, the newest first.")

    @Option(name: .long, help: "Only runs in this state: queued, running, succeeded, failed or cancelled.")
    var state: String?

    @Option(name: .long, help: "Only runs of the workflow with this name.")
    var workflow: String?

    @Option(name: .long, help: "How many at most, 1 to 200.")
    var limit = 50

    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit is \(limit), it goes from 1 to 200") }
        guard state.map({ RunState(rawValue: $0) != nil }) ?? true else {
            let known = RunState.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--state is none of \(known)")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let answer = try await options.api(invocation).runs(state: state, workflow: workflow, limit: limit)
        options.show(
            RunsTable.lines(answer.list("runs").map(RunSummary.init), now: .now, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
