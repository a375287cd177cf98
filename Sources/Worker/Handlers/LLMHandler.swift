import Checkpoints
import JobModel
import Models
import Settings
import Workflow

/// Runs jobs of the kind llm: one model call, sent back a few times while its answer does not fit the schema.
struct LLMHandler: JobHandler {
    let connections: [String: ConnectionDefinition]

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .llm(let llm) = context.definition.kind else { preconditionFailure("not an llm job") }
        var messages: [ModelMessage] = []
        if let instructions = try llm.instructions.map({ try context.text($0) }) {
            messages.append(.system(instructions))
        }
        messages.append(.user(try context.text(llm.prompt)))
        let conversation = Conversation(
            context: context,
            caller: ModelCaller(
                connection: try ModelConnection(try context.text(llm.model), among: connections)
            ),
            change: try context.fork?.edit.model.map { model throws(JobFailure) in
                Conversation.ModelChange(
                    turn: context.fork?.turn ?? 1,
                    caller: ModelCaller(connection: try ModelConnection(model, among: connections))
                )
            },
            offered: AgentTools([], [], steps: context.steps, log: context.log),
            schema: llm.output,
            temperature: llm.temperature,
            maximumOutputTokens: llm.maximumOutputTokens
        )
        var loop = AgentStateMachine(
            messages: messages,
            limits: AgentLimits(turns: 1 + AgentStateMachine.maximumCorrections),
            schema: llm.output
        )
        loop.interjection = context.fork?.interjection
        let begun = loop
        return try await TimeLimit.run(llm.timeLimit, named: "limits.time") { try await conversation.run(begun) }
    }
}
