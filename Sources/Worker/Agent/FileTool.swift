import Checkpoints
import JobModel
import Models
import Tools
import Workflow

/// Lists, reads or writes the files of an agent's job.
struct FileTool: Tool {
    enum Action: CaseIterable { case list, read, write }

    let action: Action
    let folder: FileFolder
    let steps: JobSteps
    let definition: Models.ToolDefinition
    /// Writing the same again changes nothing, and reading changes nothing at all.
    var effect: Effect { .none }

    init(_ action: Action, name: String, folder: FileFolder, steps: JobSteps) {
        self.action = action
        self.folder = folder
        self.steps = steps
        definition = Self.definition(action, name: name)
    }

    private static func definition(_ action: Action, name: String) -> Models.ToolDefinition {
        var properties: JSONObject = [:]
        var required: [JSONValue] = ["path"]
        let text: (name: String, description: String)
        switch action {
        case .list:
            text = ("list_\(name)", "Lists your files with their sizes.")
            required = []
        case .read: text = ("read_\(name)", "Reads one of your files.")
        case .write:
            text = ("write_\(name)", "Writes a text file, anew or in place of the one that is there.")
            properties["content"] = ["type": "string"]
            required.append("content")
        }
        if action != .list {
            properties["path"] = ["type": "string", "minLength": 1, "description": "such as notes/plan.md"]
        }
        return Models.ToolDefinition(
            name: text.name,
            description: text.description,
            parameters: [
                "type": "object", "properties": .object(properties), "required": .array(required),
                "additionalProperties": false,
            ]
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = definition.fault(in: arguments) { return fault }
        let path = arguments["path"]?.stringValue ?? ""
        switch action {
        case .list:
            return ToolOutput(
                .array(folder.all.map { ["path": .string($0.name), "bytes": .integer(Int64($0.blob.byteCount))] })
            )
        case .read:
            guard let blob = folder.blob(of: path) else {
                return .fault("there is no file \(path.debugDescription); list the files to see their names")
            }
            return ToolOutput(String(decoding: try await steps.kept(blob), as: UTF8.self))
        case .write:
            let content = Self.content(of: arguments, steps)
            if let objection = folder.reserve(path, byteCount: content.count) { return .fault(objection) }
            do {
                _ = try await steps.keep(content)
            } catch {
                folder.release(path, byteCount: content.count)
                throw error
            }
            return ToolOutput("\(content.count) bytes written to \(path)")
        }
    }

    /// What a call that was no error has written; nil when it writes nothing.
    func written(_ arguments: JSONValue, at position: StepPosition) -> WrittenFile? {
        guard action == .write, let path = arguments["path"]?.stringValue else { return nil }
        return WrittenFile(
            name: path,
            blob: BlobReference(of: Self.content(of: arguments, steps)),
            position: position
        )
    }

    private static func content(of arguments: JSONValue, _ steps: JobSteps) -> [UInt8] {
        Array(steps.redacted(arguments["content"]?.stringValue ?? "").utf8)
    }
}
