import ArgumentParser
import JobModel

/// The subcommand `trigger`.
struct TriggerCommand: ClientCommand {
    /// What can be done with a trigger.
    enum Act: String, CaseIterable, ExpressibleByArgument, Sendable {
        case pause, resume
        /// Has the events looked at again that could start no run.
        case retry
    }

    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Pause or resume a trigger that goes by assets or events, or retry what could start no run."
    )

    @Argument(help: "pause, resume or retry.") var act: Act
    @Argument(help: "The trigger as WORKFLOW/NAME, or the workflow where it has only one.") var name: String
    @Flag(help: "With resume: leave out what came in the meantime.") var drop = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func validate() throws {
        guard !drop || act == .resume else { throw ValidationError("--drop goes with resume alone") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let found = try await api.triggers().list("triggers").filter {
            let workflow = $0.text("workflow")
            return workflow == name || "\(workflow)/\($0.text("name"))" == name
        }
        guard let trigger = found.first else {
            throw ClientError.notFound("there is no trigger \"\(name)\"; 'chassis triggers' lists them")
        }
        guard found.count == 1 else {
            let names = found.map { "\(name)/\($0.text("name"))" }.joined(separator: ", ")
            throw ClientError.usage("\(name) has several triggers: \(names)")
        }
        var body = why.members
        if drop { body["drop"] = true }
        let answer = try await api.trigger(trigger.text("workflow"), trigger.text("name"), act.rawValue, body)
        options.show(TriggersTable.lines([answer], width: invocation.output.width), json: answer, invocation)
        return .success
    }
}
