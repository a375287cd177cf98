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
        let gate = try gate(of: agent, in: context)
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
            files: files,
            gate: gate,
            unknown: Dictionary(agent.tools.map { ($0.name, $0.unknown) }) { first, _ in first }
        )
        var loop = AgentStateMachine(messages: messages, limits: agent.limits, schema: agent.output)
        loop.interjection = context.fork?.interjection
        loop.reviewsOutput = agent.approve.contains { $0.subject == .output }
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

    /// What people decide in an agent's conversation; nil where they decide nothing.
    private func gate(of agent: AgentDefinition, in context: JobContext) throws -> CallGate? {
        let asks = agent.tools.contains { if case .ask = $0 { true } else { false } }
        guard asks || !agent.approve.isEmpty else { return nil }
        var targets: [String: JSONValue] = [:]
        var servers: [JSONValue] = []
        for definition in agent.tools {
            let target = try Self.target(of: definition, in: context)
            switch definition {
            case .mcp, .openapi: servers.append(target)
            case .sql, .http, .command, .ask: targets[definition.name] = target
            }
        }
        return CallGate(
            rules: agent.approve,
            targets: targets,
            // Which of its servers a tool comes from is not known before they are asked.
            servers: .array(servers),
            expressions: context.expressions,
            desk: context.approvals
        )
    }

    /// What a tool reaches: a decision about one of its calls is for this and nothing else.
    private static func target(of tool: Workflow.ToolDefinition, in context: JobContext) throws -> JSONValue {
        switch tool {
        case .sql(let sql): return ["connection": .string(sql.connection), "access": .string(sql.access.rawValue)]
        case .http(let http):
            switch http.target {
            case .connection(let name): return ["connection": .string(name)]
            case .url(let url): return ["url": .string(url)]
            case .hosts(let hosts): return ["hosts": .array(hosts.map { .string($0) })]
            }
        case .command(let command): return ["run": .array(try command.run.map { .string(try context.text($0)) })]
        case .mcp(let tools), .openapi(let tools): return ["connection": .string(tools.connection)]
        case .ask: return .null
        }
    }
}
