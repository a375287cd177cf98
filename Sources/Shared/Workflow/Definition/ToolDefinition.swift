package import JobModel

/// Something that an agent's model may call.
package enum ToolDefinition: Equatable, Sendable {
    case sql(SQLToolDefinition)
    case http(HTTPToolDefinition)
    case command(CommandToolDefinition)
    /// The tools of an MCP server.
    case mcp(ServerToolsDefinition)
    /// The operations of a service with an OpenAPI document.
    case openapi(ServerToolsDefinition)
    case ask(AskToolDefinition)

    /// Files that the agent reads and writes.
    case files(FilesToolDefinition)
    /// Another agent.
    case agent(AgentToolDefinition)
    /// Code of a worker's own.
    case tool(CodeToolDefinition)

    /// A name that no tool has, for all tools of a server.
    package static func name(ofServer connection: String) -> String { "connection \(connection)" }

    /// The name under which the model calls it; of a server, which has many tools, one that no tool has.
    package var name: String {
        switch self {
        case .sql(let tool): tool.name
        case .http(let tool): tool.name
        case .command(let tool): tool.name
        case .files(let tool): tool.name
        case .agent(let tool): tool.name
        case .mcp(let tools), .openapi(let tools): Self.name(ofServer: tools.connection)
        case .ask(let tool): tool.name
        case .tool(let tool): tool.name
        }
    }

    /// What repeating a call does; of tools that only a worker knows, the most that one of them may do.
    package var effect: Effect {
        switch self {
        case .sql(let tool): tool.access == .read ? .none : .once
        case .http(let tool): tool.effect
        case .command(let tool): tool.effect
        case .files: .none
        case .agent(let tool): Effect.most(of: tool.agent.tools.map(\.effect))
        case .mcp(let tools), .openapi(let tools): tools.effect ?? .once
        case .ask: .none
        case .tool: .once
        }
    }

    /// What becomes of a call whose effect is once and whose outcome is unknown.
    package var unknown: UnknownPolicy {
        switch self {
        case .sql(let tool): tool.unknown
        case .http(let tool): tool.unknown
        case .command(let tool): tool.unknown
        case .tool(let tool): tool.unknown
        case .mcp(let tools), .openapi(let tools): tools.unknown
        case .ask, .files, .agent: .ask
        }
    }
}

/// A tool that runs the SQL statements the model writes.
package struct SQLToolDefinition: Equatable, Sendable {
    /// By default `sql`.
    package let name: String
    /// What the model is told about it.
    package let description: String?
    /// The name of the database's connection.
    package let connection: String
    /// By default `read`.
    package let access: SQLAccess
    /// The most rows the model is shown, by default 100.
    package let maximumRows: Int
    /// The most bytes of rows the model is shown, by default 256 KiB.
    package let maximumBytes: Int
    /// The tables and views that statements may touch, each with or without its schema; nil leaves it to the database.
    package let tables: [String]?
    /// What becomes of a statement whose outcome is unknown.
    package let unknown: UnknownPolicy
}

/// A tool that sends the HTTP requests the model writes, to one place.
package struct HTTPToolDefinition: Equatable, Sendable {
    /// Where requests may go.
    package enum Target: Equatable, Sendable {
        /// To the base address of a connection, with its secret.
        case connection(String)
        /// To addresses that begin with this one.
        case url(String)
        /// To these hosts, over https.
        case hosts([String])
    }

    /// The name under which the model calls it.
    package let name: String
    /// What the model is told about it.
    package let description: String?
    /// Where requests may go.
    package let target: Target
    /// The methods it may use, never empty; by default those that do no more than `effect`.
    package let methods: [HTTPMethod]
    /// What repeating a call does; by default the most that a method does, `none` where no methods are given.
    package let effect: Effect
    /// What becomes of a call whose effect is once and whose outcome is unknown.
    package let unknown: UnknownPolicy
}

/// A tool that runs a program, with the model's arguments as JSON on its standard input.
package struct CommandToolDefinition: Equatable, Sendable {
    /// The name under which the model calls it.
    package let name: String
    /// What the model is told about it.
    package let description: String?
    /// The program and its arguments, never empty.
    ///
    /// They are handed over as they are: no shell looks at them.
    package let run: [Template]
    /// What the model's arguments must look like; by default an object with any members.
    package let parameters: JSONSchema
    /// What repeating a call does, by default `once`.
    package let effect: Effect
    /// What becomes of a call whose effect is once and whose outcome is unknown.
    package let unknown: UnknownPolicy
    /// How long a call may take, by default 1 minute.
    package let timeout: Duration
    /// What a call may use.
    package let limits: ProgramLimitsDefinition
}

extension Effect {
    /// The effect that is the hardest to repeat.
    fileprivate static func most(of effects: [Effect]) -> Effect {
        effects.contains(.once) ? .once : effects.contains(.idempotent) ? .idempotent : .none
    }
}
