import ArgumentParser
import JobModel

/// The subcommand `logs`.
struct LogsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what the jobs of a run said.",
        discussion: "With --json each line is one JSON object. Ctrl-C ends the following, not the run."
    )

    private static let pageLimit = 1000

    @OptionGroup var id: RunIDArgument

    @Flag(name: .long, help: "Go on until the run has ended; the exit status then says how.")
    var follow = false

    @Option(name: .long, help: "Only the lines of this job.")
    var job: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = PatientAPI(api: try options.api(invocation), errors: invocation.errors, clock: invocation.clock)
        let follows = follow
        let (run, job, asJSON) = (id.run, job, options.output.json)
        let status = try await Interruptible.run(until: invocation.interrupts()) {
            try await Self.printLines(of: run, job: job, api: api, follows: follows, asJSON: asJSON, invocation)
            guard follows else { return CommandStatus.success }
            let state = RunSummary(try await api.ask { try await $0.run(run) }).state
            return state == "succeeded" ? .success : .unsuccessful
        }
        return status ?? .interrupted
    }

    private static func printLines(
        of run: RunID,
        job: String?,
        api: PatientAPI,
        follows: Bool,
        asJSON: Bool,
        _ invocation: Invocation
    ) async throws {
        var cursor = LogCursor()
        while true {
            let after = cursor.after
            let answer =
                follows
                ? try await api.ask { try await $0.logs(of: run, after: after, job: job, limit: pageLimit) }
                : try await api.api.logs(of: run, after: after, job: job, limit: pageLimit)
            let (lines, move) = cursor.arrived(LogPage(answer), limit: pageLimit)
            if asJSON {
                invocation.output.write(lines.map { SafeText.json($0.json.text()) + "\n" }.joined())
            } else {
                invocation.output.print(lines.map(LogLineView.line))
            }
            switch move {
            case .askAgain: continue
            case .wait where !follows, .stop: return
            case .hold, .wait: try await invocation.clock.sleep(for: .milliseconds(300))
            }
        }
    }
}
