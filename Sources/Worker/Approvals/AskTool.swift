import JobModel
import Models
import Tools
import Workflow

/// A tool with which the model asks people a question; the conversation answers it, with what they say.
struct AskTool: Tool {
    let definition: Models.ToolDefinition
    let effect = Effect.none
    let terms: ApprovalTerms
    private let schema: JSONSchema

    private static let parameters: JSONValue = [
        "type": "object",
        "properties": [
            "question": ["type": "string", "minLength": 1, "maxLength": 4000],
            "choices": ["type": "array", "items": ["type": "string"], "maxItems": 50],
        ],
        "required": ["question"],
        "additionalProperties": false,
    ]

    init(_ definition: AskToolDefinition) throws {
        self.definition = Models.ToolDefinition(
            name: definition.name,
            description: definition.description
                ?? "Asks a person a question and waits for the answer, which may take days. Use it when only a person knows.",
            parameters: Self.parameters
        )
        terms = definition.terms
        schema = try JSONSchema(Self.parameters)
    }

    /// What to tell the model; nil when the arguments fit.
    func fault(in arguments: JSONValue) -> String? {
        let faults = schema.validate(arguments)
        guard !faults.isEmpty else { return nil }
        return "the arguments do not fit the tool's schema; nobody was asked: "
            + faults.map(\.description).joined(separator: "; ")
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        .fault("nobody can be asked here")
    }
}
