import ArgumentParser
import JobModel
import Workflow

/// The subcommand `validate`.
struct ValidateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check workflow files; nothing is sent.",
        discussion:
            "Every fault is shown at once, with line and column. Of several files, and of those in a directory, it is also "
            + "checked that they do not start each other without an end."
    )

    @Argument(help: "Workflow files, and directories with .yaml and .yml files.")
    var paths: [String]

    @OptionGroup var output: OutputOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let named = try WorkflowSource.paths(named: paths, invocation)
        // One file is what most people check; its answer is that file's alone.
        if paths.count == 1, named == paths { return try checkOne(named[0], invocation) }
        let (files, faults) = try WorkflowSource.read(all: named, invocation)
        if output.json {
            let json: JSONValue = [
                "files": .array(files.map { Self.json($0.definition, of: $0.source.name) }),
                "faults": .array(faults.map { Self.json($0, of: $0.file) }),
            ]
            invocation.output.write(SafeText.json(json.text()) + "\n")
        } else {
            for (source, definition) in files { show(definition, of: source.name, invocation) }
            for fault in faults { invocation.errors.print(fault.description) }
        }
        return faults.isEmpty ? .success : .refused
    }

    private func checkOne(_ file: String, _ invocation: Invocation) throws -> CommandStatus {
        do {
            let definition = try WorkflowSource.read(file, invocation).definition
            if output.json {
                invocation.output.write(SafeText.json(Self.json(definition).text()) + "\n")
            } else {
                show(definition, of: file, invocation)
            }
            return .success
        } catch {
            guard output.json, case .invalidWorkflow(let faults, _) = error else { throw error }
            let json: JSONValue = ["faults": .array(faults.map { Self.json($0) })]
            invocation.output.write(SafeText.json(json.text()) + "\n")
            return .refused
        }
    }

    private func show(_ workflow: WorkflowDefinition, of file: String, _ invocation: Invocation) {
        let jobs = workflow.graph.order
        var line = StyledLine("✓ ", .green)
        line.append("\(file): ")
        line.append(workflow.name, .bold)
        line.append(", \(MoneyLine.count(Int64(jobs.count), "job")): \(jobs.joined(separator: ", "))")
        invocation.output.print(line)
    }

    /// - Parameter file: Its name, where there are several.
    private static func json(_ workflow: WorkflowDefinition, of file: String? = nil) -> JSONValue {
        var json: JSONObject = file.map { ["file": .string($0)] } ?? [:]
        json["workflow"] = .string(workflow.name)
        json["jobs"] = .array(workflow.graph.order.map { .string($0) })
        return .object(json)
    }

    private static func json(_ fault: WorkflowFault, of file: String? = nil) -> JSONValue {
        var json: JSONObject = file.map { ["file": .string($0)] } ?? [:]
        json["line"] = .integer(Int64(fault.line))
        json["column"] = .integer(Int64(fault.column))
        json["path"] = .string(fault.path)
        json["message"] = .string(fault.message)
        json["hint"] = fault.hint.map { .string($0) } ?? .null
        return .object(json)
    }
}
