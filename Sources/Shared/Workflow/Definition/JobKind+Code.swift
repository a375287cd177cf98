internal import JobModel

/// What of a worker's own code a job needs.
extension JobKind {
    /// What a worker must have to run the job, as labels such as `handler=score` or `tool=find`; empty where every worker can.
    package var code: Set<String> {
        switch self {
        case .handler(let handler): [HandlerDefinition.code(handler.name)]
        case .agent(let agent): agent.code
        case .llm, .command, .sql, .http, .wait, .approval, .workflow: []
        }
    }
}

extension HandlerDefinition {
    /// The label that stands for a handler.
    package static func code(_ name: String) -> String { "\(Labels.handler)=\(name)" }
}

extension CodeToolDefinition {
    /// The label that stands for a tool.
    package static func code(_ name: String) -> String { "\(Labels.tool)=\(name)" }
}

extension AgentDefinition {
    fileprivate var code: Set<String> {
        tools.reduce(into: []) { code, tool in
            switch tool {
            case .tool(let tool): code.insert(CodeToolDefinition.code(tool.name))
            case .agent(let tool): code.formUnion(tool.agent.code)
            case .sql, .http, .command, .files, .ask, .mcp, .openapi: break
            }
        }
    }
}
