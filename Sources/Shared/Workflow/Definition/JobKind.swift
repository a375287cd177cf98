/// What a job does.
package enum JobKind: Equatable, Sendable {
    case agent(AgentDefinition)
    case llm(LLMDefinition)
    case command(CommandDefinition)
    case sql(SQLDefinition)
    case http(HTTPDefinition)
    case wait(WaitDefinition)
    case approval(ApprovalDefinition)
    case workflow(ChildDefinition)
    case handler(HandlerDefinition)

    /// The key of the file that says what kind of job it is.
    package enum Name: String, CaseIterable, Sendable {
        case agent, llm, command, sql, http, wait, approval, workflow, handler
    }

    /// The kind without its definition, as it is kept with the job and chooses the handler.
    package var name: Name {
        switch self {
        case .agent: .agent
        case .llm: .llm
        case .command: .command
        case .sql: .sql
        case .http: .http
        case .wait: .wait
        case .approval: .approval
        case .workflow: .workflow
        case .handler: .handler
        }
    }
}
