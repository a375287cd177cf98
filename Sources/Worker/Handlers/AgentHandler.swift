import Checkpoints
import JobModel
import Models
import Settings
import Tools
import Workflow

/// Runs jobs of the kind agent: a model that works with tools until it has an answer.
struct AgentHandler: JobHandler {
    let connections: [String: ConnectionDefinition]
    let files: RequestFiles
    let gates: ConnectionGates
    let toolbox: Toolbox

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .agent(let agent) = context.definition.kind else { preconditionFailure("not an agent job") }
        var messages: [ModelMessage] = []
        if let instructions = try agent.instructions.map({ try context.text($0) }) {
            messages.append(.system(instructions))
        }
        let shown = try await files.parts(agent.files, in: context)
        messages.append(ModelMessage(role: .user, parts: shown + [.text(try context.text(agent.prompt))]))
        let offered = try toolbox.offered(agent.tools, in: context)
        let conversation = Conversation(
            context: context,
            caller: try ModelCaller(
                ([agent.model] + agent.fallbacks).map { try context.text($0) },
                among: connections,
                gates: gates
            ),
            change: try context.fork?.edit.model.map { model throws(JobFailure) in
                Conversation.ModelChange(
                    turn: context.fork?.turn ?? 1,
                    caller: try ModelCaller([model], among: connections, gates: gates)
                )
            },
            offered: offered,
            schema: agent.output,
            temperature: agent.temperature,
            maximumOutputTokens: agent.maximumOutputTokens,
            reasoning: agent.reasoning,
            keepsPrompt: agent.keepsPrompt ?? !agent.tools.isEmpty,
            files: files
        )
        var loop = AgentStateMachine(messages: messages, limits: agent.limits, schema: agent.output)
        loop.interjection = context.fork?.interjection
        let begun = loop
        do {
            let output = try await TimeLimit.run(agent.limits.time, named: "limits.time") {
                try await conversation.run(begun)
            }
            await offered.close()
            return output
        } catch {
            await offered.close()
            throw error
        }
    }
}
