import Checkpoints
import JobModel
import Models
import Settings
import Storage
import Workflow

/// Runs jobs of the kind llm: one model call, sent back a few times while its answer does not fit the schema.
struct LLMHandler: JobHandler {
    let connections: [String: ConnectionDefinition]
    let files: RequestFiles
    let gates: ConnectionGates

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .llm(let llm) = context.definition.kind else { preconditionFailure("not an llm job") }
        var messages: [ModelMessage] = []
        let instructions = [try llm.instructions.map { try context.text($0) }, ModelChoice.instruction(llm.choices)]
        let system = instructions.compactMap(\.self).joined(separator: "\n\n")
        if !system.isEmpty { messages.append(.system(system)) }
        let shown = try await files.parts(llm.files, in: context)
        messages.append(ModelMessage(role: .user, parts: shown + [.text(try context.text(llm.prompt))]))
        let schema = llm.choices.isEmpty ? llm.output : try ModelChoice.schema(llm.choices)
        let conversation = Conversation(
            context: context,
            caller: try ModelCaller(
                ([llm.model] + llm.fallbacks).map { try context.text($0) },
                among: connections,
                gates: gates
            ),
            change: try context.fork?.edit.model.map { model throws(JobFailure) in
                Conversation.ModelChange(
                    turn: context.fork?.turn ?? 1,
                    caller: try ModelCaller([model], among: connections, gates: gates)
                )
            },
            offered: AgentTools([], [], steps: context.steps, log: context.log),
            schema: schema,
            temperature: llm.temperature,
            maximumOutputTokens: llm.maximumOutputTokens,
            reasoning: llm.reasoning,
            keepsPrompt: llm.keepsPrompt ?? false,
            files: files,
            shelf: ResultShelf(steps: context.steps)
        )
        var loop = AgentStateMachine(
            messages: messages,
            limits: AgentLimits(turns: 1 + AgentStateMachine.maximumCorrections),
            schema: schema
        )
        loop.interjection = context.fork?.interjection
        let begun = loop
        let output = try await TimeLimit.run(llm.timeLimit, named: "limits.time") {
            try await conversation.run(begun)
        }
        return llm.choices.isEmpty ? output : ModelChoice.name(in: output)
    }
}
