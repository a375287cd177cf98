import ArgumentParser
import JobModel
import Workflow

/// The subcommand `deploy`.
struct DeployCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Deploy workflow files, all or none, so that their triggers count.",
        discussion:
            "No run is started. All files are checked here first; nothing is sent when anything is wrong with one. "
            + "Runs keep the version they were started with; schedules keep what they have come to."
    )

    @Argument(help: "Workflow files, and directories with .yaml and .yml files.")
    var paths: [String]

    @Flag(name: .customLong("dry-run"), help: "Only say what would change.")
    var isTrial = false

    @Flag(name: .long, help: "Only show what would change, job by job and line by line.")
    var diff = false

    @Flag(
        name: .long,
        help: "Take deployed workflows that are not among the files out: schedules and triggers are paused, pins end."
    )
    var prune = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let named = try WorkflowSource.paths(named: paths, invocation)
        let (read, faults) = try WorkflowSource.read(all: named, invocation)
        for fault in faults { invocation.errors.print(fault.description) }
        guard faults.isEmpty else { return .refused }
        let files = read.map(\.source)
        try Self.check(files)
        let answer = try await api.deploy(
            files,
            prunes: prune,
            isTrial: isTrial || diff,
            showsBefore: diff,
            why.members
        )
        options.show(lines(answer, files), json: answer, invocation)
        return .success
    }

    /// Refuses what no scheduler would take.
    private static func check(_ files: [WorkflowSource]) throws {
        guard files.count <= SchedulerAPI.maximumFiles else {
            throw ClientError.usage(
                "there are \(files.count) files, one deployment takes \(SchedulerAPI.maximumFiles); "
                    + "deploy them folder by folder, without --prune"
            )
        }
        let bytes = files.reduce(0) { $0 + $1.text.utf8.count }
        guard bytes <= SchedulerAPI.maximumDeployment else {
            throw ClientError.usage(
                "the files have \(bytes) bytes together, one deployment takes \(SchedulerAPI.maximumDeployment); "
                    + "deploy them folder by folder, without --prune"
            )
        }
    }

    private func lines(_ answer: JSONValue, _ files: [WorkflowSource]) -> [StyledLine] {
        var sources: [String: WorkflowSource] = [:]
        if diff {
            for file in files { sources[DeploymentDifference.name(of: file.text) ?? ""] = file }
        }
        let lines = answer.list("workflows").flatMap { workflow in
            let change = workflow.text("change")
            let version = workflow.optionalNumber("version").map { "  v\($0)" } ?? "  its schedules are paused"
            var line = StyledLine(change.padding(to: 10), change == "unchanged" ? .dim : .bold)
            line.append(workflow.text("name") + version)
            if let kept = workflow.optionalNumber("kept_version") {
                line.append(" stays; this file is v\(kept), for after chassis unpin \(workflow.text("name"))")
            }
            guard diff, let before = workflow["before"]?.stringValue, let file = sources[workflow.text("name")] else {
                return [line]
            }
            return [line] + DeploymentDifference(from: before, to: file.text).lines
        }
        return isTrial || diff ? lines + [StyledLine("nothing was changed: a dry run", .dim)] : lines
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
