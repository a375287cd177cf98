import ArgumentParser
import JobModel
import Workflow

/// The subcommand `validate`.
struct ValidateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a workflow file; nothing is sent.",
        discussion: "Every fault is shown at once, with line and column."
    )

    @Argument(help: "The workflow file.")
    var file: String

    @OptionGroup var output: OutputOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let definition: JSONValue
        do {
            let workflow = try WorkflowSource.read(file, invocation).definition
            definition = [
                "workflow": .string(workflow.name), "jobs": .array(workflow.graph.order.map { .string($0) }),
            ]
        } catch {
            guard output.json, case .invalidWorkflow(let faults, _) = error else { throw error }
            let json: JSONValue = ["faults": .array(faults.map(Self.json))]
            invocation.output.write(SafeText.json(json.text()) + "\n")
            return .refused
        }
        if output.json {
            invocation.output.write(SafeText.json(definition.text()) + "\n")
        } else {
            let jobs = definition.texts("jobs")
            var line = StyledLine("✓ ", .green)
            line.append("\(file): ")
            line.append(definition.text("workflow"), .bold)
            line.append(", \(MoneyLine.count(Int64(jobs.count), "job")): \(jobs.joined(separator: ", "))")
            invocation.output.print(line)
        }
        return .success
    }

    private static func json(_ fault: WorkflowFault) -> JSONValue {
        [
            "line": .integer(Int64(fault.line)), "column": .integer(Int64(fault.column)), "path": .string(fault.path),
            "message": .string(fault.message), "hint": fault.hint.map { .string($0) } ?? .null,
        ]
    }
}
