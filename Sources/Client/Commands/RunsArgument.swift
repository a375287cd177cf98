import ArgumentParser
import JobModel
import Workflow

/// One run, or all runs of a filter.
struct RunsArgument: ParsableArguments {
    @Argument(
        help: "The number of the run; or choose several with --workflow, --team, --state, --param and --older-than."
    )
    var run: Int64?

    @Option(name: .long, help: "Runs of this workflow.")
    var workflow: String?

    @Option(name: .long, help: "Runs of this team.")
    var team: String?

    @Option(name: .customLong("state"), help: "Runs in this state; may be given again.")
    var states: [String] = []

    @Option(name: .customLong("param"), help: "Runs with this param, as key=value; may be given again.")
    var params: [ParamArgument] = []

    @Option(name: .customLong("older-than"), help: "Runs that were submitted at least so long ago, such as 2h.")
    var olderThan: String?

    @Flag(name: .long, help: "Really do it to all runs of the filter; without it they are only shown.")
    var yes = false

    func validate() throws {
        if let run {
            guard run > 0 else { throw ValidationError("a run is named by its number, such as 12") }
            guard !hasFilter, !yes else {
                throw ValidationError("name a run, or choose several with a filter, not both")
            }
        } else if !hasFilter {
            throw ValidationError(
                "name a run, such as 12, or choose several with --workflow, --team, --state, --param or --older-than"
            )
        }
        if let olderThan, Duration(written: olderThan) == nil {
            throw ValidationError("--older-than is no duration; write it with a unit, such as 30m, 2h or 1d")
        }
    }

    private var hasFilter: Bool {
        workflow != nil || team != nil || !states.isEmpty || !params.isEmpty || olderThan != nil
    }

    private var filter: JSONObject {
        get throws(ClientError) {
            var filter = JSONObject()
            if !states.isEmpty { filter["states"] = .array(states.map(JSONValue.string)) }
            filter["workflow"] = workflow.map { .string($0) }
            filter["team"] = team.map { .string($0) }
            if !params.isEmpty { filter["params"] = .object(try ParamArgument.object(params)) }
            filter["older_than_ms"] = olderThan.flatMap { Duration(written: $0) }.map {
                .integer($0.wholeMicroseconds / 1_000)
            }
            return filter
        }
    }

    /// Does something to the run, or shows what would be done to the runs of the filter, or does it set by set.
    ///
    /// - Parameters:
    ///   - action: As the API names it.
    ///   - done: What happened to a run that was named.
    func perform(
        _ action: String,
        _ members: JSONObject,
        _ options: SchedulerOptions,
        _ invocation: Invocation,
        done: (RunSummary) -> String
    ) async throws -> CommandStatus {
        let api = try options.api(invocation)
        if let run {
            let answer = try await api.act(action, on: RunID(rawValue: run), members)
            options.show([StyledLine(done(RunSummary(answer)))], json: answer, invocation)
            return .success
        }
        var body = members
        body["action"] = .string(action)
        body["filter"] = .object(try filter)
        guard yes else {
            body["dry_run"] = true
            let answer = try await api.bulk(body)
            options.show(Self.preview(answer, action, invocation), json: answer, invocation)
            return .success
        }
        return try await performAll(body, api, options, invocation)
    }

    private static func preview(_ answer: JSONValue, _ action: String, _ invocation: Invocation) -> [StyledLine] {
        let matched = answer.number("matched")
        guard matched > 0 else { return [StyledLine("no run is chosen by that", .dim)] }
        let shown = answer.list("runs").map(RunSummary.init)
        var lines = RunsTable.lines(shown, now: .now, width: invocation.output.width)
        if matched > Int64(shown.count) { lines.append(StyledLine("… and \(matched - Int64(shown.count)) more", .dim)) }
        let runs = matched == 1 ? "1 run" : "\(matched) runs"
        return lines + [StyledLine("\(action) would be done to \(runs); say --yes to do it", .bold)]
    }

    private func performAll(
        _ body: JSONObject,
        _ api: SchedulerAPI,
        _ options: SchedulerOptions,
        _ invocation: Invocation
    ) async throws -> CommandStatus {
        var body = body
        var (done, refused): (Int64, [JSONValue]) = (0, [])
        while true {
            let answer = try await api.bulk(body)
            done += answer.number("done")
            refused += answer.list("refused")
            guard let next = answer.optionalNumber("next") else { break }
            body["before"] = .integer(next)
        }
        var lines = [StyledLine("\(body["action"]?.stringValue ?? ""): \(done) \(done == 1 ? "run" : "runs")", .bold)]
        lines += refused.map { StyledLine("run \($0.number("run")) was left: \($0.text("reason"))", .yellow) }
        options.show(lines, json: ["done": .integer(done), "refused": .array(refused)], invocation)
        return done == 0 && !refused.isEmpty ? .conflict : .success
    }
}
