import HTTPTransport
import JobModel
import Models
import Settings
import Tools
import Workflow

/// Makes what a workflow file names usable: databases, web services and programs, by this worker's connections.
struct Toolbox: Sendable {
    let connections: [String: ConnectionDefinition]
    let runner: ProgramRunner
    let programs: ProgramDirectory
    let documents = OpenAPIDocuments()
    let forms = MCPForms()
    /// The tools that are code of the worker's own.
    let code: [String: CodeTool]
    /// Where skills lie; nil where the worker has none.
    var skills: SkillFolder?

    /// The tools that an agent's definition names; a sql tool brings one that describes the tables along, and those of
    /// servers are not known yet.
    ///
    /// - Throws: `JobFailure` when this worker lacks a connection, or an expression has no value; `Suspension` when it lacks
    ///   the code of a tool.
    func tools(_ definition: Workflow.ToolDefinition, in context: JobContext) throws -> [any Tool] {
        switch definition {
        case .sql(let sql):
            var limits = DatabaseLimits()
            limits.rows = sql.maximumRows
            limits.bytes = sql.maximumBytes
            let database = try database(
                sql.connection,
                access: sql.access,
                author: .model,
                tables: sql.tables,
                limits: limits
            )
            return [
                SQLTool(name: sql.name, about: sql.description, database: database),
                CatalogTool(name: "describe_\(sql.name)", database: database),
            ]
        case .http(let http):
            return [
                HTTPTool(
                    name: http.name,
                    about: http.description,
                    methods: http.methods,
                    effect: http.effect,
                    access: try web(http.target, methods: http.methods)
                )
            ]
        case .ask(let ask): return [try AskTool(ask)]
        case .command(let command):
            var limits = ProgramLimits(command.limits)
            limits.time = command.timeout
            return [
                CommandTool(
                    name: command.name,
                    description: command.description ?? "Runs the program \(command.name).",
                    run: try command.run.map { try context.text($0) },
                    parameters: command.parameters,
                    effect: command.effect,
                    limits: limits,
                    runner: runner,
                    programs: programs
                )
            ]
        case .tool(let tool):
            guard let code = code[tool.name] else { throw WorkerCode.missing("tool \(tool.name)") }
            return [CodeToolAdapter(tool: code)]
        case .files, .agent, .mcp, .openapi: return []
        }
    }

    /// A database by the name of its connection.
    func database(
        _ name: String,
        access: SQLAccess,
        author: DatabaseAccess.Author,
        tables: [String]? = nil,
        limits: DatabaseLimits
    ) throws(JobFailure) -> any Database {
        switch connections[name]?.kind {
        case .postgres(let url):
            return DatabaseAccess(
                name: name,
                conninfo: url.exposed,
                access: access,
                author: author,
                tables: tables,
                limits: limits
            )
        case .sqlite(let path):
            return SQLiteAccess(
                name: name,
                path: path,
                access: access,
                author: author,
                tables: tables,
                limits: limits
            )
        default: throw unknown(name, "a database")
        }
    }

    /// Where requests go, with what the connection adds to them.
    func web(_ target: HTTPToolDefinition.Target, methods: [HTTPMethod]) throws(JobFailure) -> HTTPAccess {
        switch target {
        case .connection(let name): return try web(connection: name, methods: methods)
        case .url(let url): return HTTPAccess(target: .below(try address(url)), methods: methods)
        case .hosts(let hosts): return HTTPAccess(target: .hosts(hosts), methods: methods)
        }
    }

    /// The web service of a connection.
    func web(connection name: String, methods: [HTTPMethod]) throws(JobFailure) -> HTTPAccess {
        guard case .http(let url, let headers, let allowsPrivate) = connections[name]?.kind else {
            throw unknown(name, "a web service")
        }
        return HTTPAccess(
            target: .below(try address(url)),
            methods: methods,
            headers: HTTPHeaders(headers.map { ($0.name, $0.value.exposed) }),
            policy: allowsPrivate ? .any : .publicOnly
        )
    }

    private func address(_ text: String) throws(JobFailure) -> WebAddress {
        do throws(WebAddressError) {
            return try WebAddress(text)
        } catch {
            throw JobFailure(code: "address", message: "\(text): \(error.reason)", isPermanent: true)
        }
    }

    func unknown(_ name: String, _ what: String) -> JobFailure {
        JobFailure(
            code: "connection-unknown",
            message: "this worker has no connection \(name) to \(what); add it to the file that --connections names"
        )
    }
}
