import JobModel
import Workflow

/// How a model is asked to choose one of several ways on.
enum ModelChoice {
    private static let key = "choice"

    /// What the model is told; nil when there is nothing to choose.
    static func instruction(_ choices: [LLMDefinition.Choice]) -> String? {
        guard !choices.isEmpty else { return nil }
        let lines = choices.map { choice in
            "- \(choice.name)" + (choice.description.map { ": \($0)" } ?? "")
        }
        return "Choose exactly one of these, by its name:\n" + lines.joined(separator: "\n")
    }

    /// The shape of the answer.
    static func schema(_ choices: [LLMDefinition.Choice]) throws(JobFailure) -> JSONSchema {
        do throws(JSONSchemaError) {
            return try JSONSchema([
                "type": "object",
                "properties": [key: ["type": "string", "enum": .array(choices.map { .string($0.name) })]],
                "required": [.string(key)], "additionalProperties": false,
            ])
        } catch {
            throw JobFailure(code: "choose", message: "\(error)", isPermanent: true)
        }
    }

    /// The name that was chosen, out of an answer that fits the schema.
    static func name(in output: JSONValue) -> JSONValue { output[key] ?? .null }
}
