import Checkpoints
import JobModel
import Models
import Storage
import Workflow

/// Asks a model once, and again while its answer does not fit the schema.
struct LLMProgram: Sendable {
    let context: JobContext
    let kit: AgentKit
    /// Where its calls are given to batches; nil asks at once.
    var batches: BatchStore?

    /// - Parameters:
    ///   - prompt: What the model is asked and shown.
    ///   - given: Instructions in place of those in the definition.
    ///   - step: The step of a handler that it is; nil for a job's own.
    ///   - fingerprint: Of that step.
    func run(
        _ llm: LLMDefinition,
        _ prompt: [MessagePart],
        instructions given: String? = nil,
        inside step: StepPosition? = nil,
        after fingerprint: Fingerprint? = nil
    ) async throws -> JSONValue {
        var messages: [ModelMessage] = []
        let instructions = [
            try given ?? llm.instructions.map { try context.text($0) }, ModelChoice.instruction(llm.choices),
        ]
        let system = instructions.compactMap(\.self).joined(separator: "\n\n")
        if !system.isEmpty { messages.append(.system(system)) }
        messages.append(ModelMessage(role: .user, parts: prompt))
        let schema = llm.choices.isEmpty ? llm.output : try ModelChoice.schema(llm.choices)
        let fork = step == nil ? context.fork : nil
        var conversation = Conversation(
            context: context,
            caller: try caller(([llm.model] + llm.fallbacks).map { try context.text($0) }),
            change: try fork?.edit.model.map { model throws(JobFailure) in
                Conversation.ModelChange(turn: fork?.turn ?? 1, caller: try caller([model]))
            },
            offered: AgentTools([], [], steps: context.steps, log: context.log),
            schema: schema,
            temperature: llm.temperature,
            maximumOutputTokens: llm.maximumOutputTokens,
            reasoning: llm.reasoning,
            keepsPrompt: llm.keepsPrompt ?? false,
            files: kit.files,
            shelf: ResultShelf(steps: context.steps),
            within: step,
            origin: fingerprint
        )
        conversation.batches = batches
        let asked = conversation
        var loop = AgentStateMachine(
            messages: messages,
            limits: AgentLimits(turns: 1 + AgentStateMachine.maximumCorrections),
            schema: schema
        )
        loop.interjection = fork?.interjection
        let begun = loop
        let output = try await TimeLimit.run(llm.timeLimit, named: "limits.time") {
            try await asked.run(begun)
        }
        return llm.choices.isEmpty ? output : ModelChoice.name(in: output)
    }

    private func caller(_ models: [String]) throws(JobFailure) -> ModelCaller {
        try ModelCaller(models, among: kit.connections, gates: kit.gates)
    }
}
