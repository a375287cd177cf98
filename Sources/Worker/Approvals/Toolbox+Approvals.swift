import JobModel
import Workflow

extension Toolbox {
    /// What people decide about calls of tools; nil where they decide nothing.
    ///
    /// - Parameter asks: Whether people are asked without a rule, too.
    func gate(
        _ rules: [ApprovalRule],
        over tools: [Workflow.ToolDefinition],
        asks: Bool = false,
        in context: JobContext
    ) throws -> CallGate? {
        guard asks || !rules.isEmpty else { return nil }
        var targets: [String: JSONValue] = [:]
        var servers: [JSONValue] = []
        for definition in tools {
            let target = try target(of: definition, in: context)
            switch definition {
            case .mcp, .openapi: servers.append(target)
            case .sql, .http, .command, .ask, .files, .agent, .tool: targets[definition.name] = target
            }
        }
        return CallGate(
            rules: rules,
            targets: targets,
            // Which of its servers a tool comes from is not known before they are asked.
            servers: .array(servers),
            expressions: context.expressions,
            desk: context.approvals
        )
    }

    /// What a tool reaches: a decision about one of its calls is for this and nothing else.
    private func target(of tool: Workflow.ToolDefinition, in context: JobContext) throws -> JSONValue {
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
        case .ask, .files: return .null
        case .tool(let tool): return ["tool": .string(tool.name)]
        case .agent(let agent): return ["agent": .string(agent.name)]
        }
    }
}
