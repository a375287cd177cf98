import JobModel
import Workflow

extension AgentProgram {
    /// What people decide in an agent's conversation; nil where they decide nothing.
    func gate(of agent: AgentDefinition) throws -> CallGate? {
        let asks = agent.tools.contains { if case .ask = $0 { true } else { false } }
        guard asks || !agent.approve.isEmpty else { return nil }
        var targets: [String: JSONValue] = [:]
        var servers: [JSONValue] = []
        for definition in agent.tools {
            let target = try target(of: definition)
            switch definition {
            case .mcp, .openapi: servers.append(target)
            case .sql, .http, .command, .ask, .files, .agent, .tool: targets[definition.name] = target
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
    private func target(of tool: Workflow.ToolDefinition) throws -> JSONValue {
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
        case .tool(let tool): return ["tool": .string(tool.name)]
        case .ask, .files: return .null
        case .agent(let agent): return ["agent": .string(agent.name)]
        }
    }
}
