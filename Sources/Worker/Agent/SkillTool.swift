import JobModel
import Models
import Tools
import Workflow

/// Loads a skill, or one of its further files, when the model asks for it.
///
/// What was loaded is the step's result, so a later attempt reads the same, whatever became of the folder.
struct SkillTool: Tool {
    enum Action { case load, read }

    let action: Action
    let folder: SkillFolder
    let effect = Effect.none
    let definition: Models.ToolDefinition

    init(_ action: Action, names: [String], folder: SkillFolder) {
        self.action = action
        self.folder = folder
        var properties: JSONObject = ["skill": ["type": "string", "enum": .array(names.map { .string($0) })]]
        if action == .read { properties["path"] = ["type": "string", "minLength": 1] }
        definition = Models.ToolDefinition(
            name: action == .load ? "load_skill" : "read_skill_file",
            description: action == .load
                ? "Loads the instructions of a skill." : "Reads a further file of a skill, as load_skill lists them.",
            parameters: [
                "type": "object", "properties": .object(properties),
                "required": action == .load ? ["skill"] : ["skill", "path"], "additionalProperties": false,
            ]
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = definition.fault(in: arguments) { return fault }
        let name = arguments["skill"]?.stringValue ?? ""
        do throws(SkillFileError) {
            switch action {
            case .load:
                let body = try folder.skill(name).body
                let files = folder.files(of: name)
                return ToolOutput(files.isEmpty ? body : body + "\n\nFurther files: " + files.joined(separator: ", "))
            case .read:
                let path = arguments["path"]?.stringValue ?? ""
                guard let text = try folder.file(path, of: name) else {
                    let files = folder.files(of: name).joined(separator: ", ")
                    return .fault("the skill \(name) has no file \(path.debugDescription); it has \(files)")
                }
                return ToolOutput(text)
            }
        } catch {
            return .fault("the skill \(name) cannot be loaded: \(error)")
        }
    }
}
