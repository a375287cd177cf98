import Checkpoints
import JobModel
import Models
import Tools
import Workflow

/// Another agent as a tool: its turns and calls are steps of the same job, below the position of the call.
///
/// An agent that ends at one of its own limits is a result that its caller reads. Whatever else ends it, such as a lost
/// lease, a budget or an outcome unknown, ends the attempt.
struct AgentTool: Tool {
    /// How a conversation ends that has no answer.
    private static let ends: Set<String> = [
        "limit-turns", "limit-tokens", "limit-repeated-calls", "limit-repeated-cycles", "limit-time", "output-invalid",
        "model-length",
        "model-refused",
        "model-unfinished",
    ]

    let definition: Models.ToolDefinition
    /// Its steps have the effects, and write their own intents.
    let effect = Effect.none
    /// What decides its answer besides the arguments.
    let identity: JSONValue
    /// The files that it shares with its caller.
    let folder: FileFolder
    let run: @Sendable (_ task: String, StepPosition, Fingerprint) async throws -> JSONValue

    static func definition(_ tool: AgentToolDefinition) -> Models.ToolDefinition {
        Models.ToolDefinition(
            name: tool.name,
            description: tool.description ?? "Gives a task to the agent \(tool.name), and returns its answer.",
            parameters: [
                "type": "object",
                "properties": [
                    "task": [
                        "type": "string", "minLength": 1,
                        "description": "all that the agent must know; it sees nothing else of this conversation",
                    ]
                ],
                "required": ["task"],
                "additionalProperties": false,
            ]
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        preconditionFailure("an agent is called at a position")
    }

    /// Gives the agent its task.
    func call(_ arguments: JSONValue, at position: StepPosition, _ fingerprint: Fingerprint) async throws -> ToolOutput
    {
        if let fault = definition.fault(in: arguments) { return fault }
        do {
            let output = try await run(arguments["task"]?.stringValue ?? "", position, fingerprint)
            return output.stringValue.map { ToolOutput($0) } ?? ToolOutput(output)
        } catch let failure as JobFailure where Self.ends.contains(failure.code) {
            return .fault("\(definition.name) gave no answer: \(failure.message)")
        }
    }
}
