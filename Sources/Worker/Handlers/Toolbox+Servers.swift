import HTTPTransport
import JobModel
import Settings
import Storage
import Tools
import Workflow

extension Toolbox {
    /// The tools that a server of the definition brings; nil where it names none.
    ///
    /// - Throws: `JobFailure` when this worker lacks the connection.
    func source(_ definition: Workflow.ToolDefinition, in context: JobContext) throws -> (any ToolSource)? {
        switch definition {
        case .sql, .http, .command, .files, .agent, .ask, .tool: nil
        case .mcp(let tools): try mcp(tools, in: context)
        case .openapi(let tools): try openapi(tools, in: context)
        }
    }

    private func mcp(_ tools: ServerToolsDefinition, in context: JobContext) throws -> MCPToolSource {
        guard case .mcp(let connection) = connections[tools.connection]?.kind else {
            throw unknown(tools.connection, "an MCP server")
        }
        var selection = MCPSelection()
        selection.allow = tools.allow
        selection.deny = tools.deny
        selection.kinds = tools.offers.compactMap { MCPSelection.Kind(rawValue: $0.rawValue) }
        selection.effect = tools.effect
        selection.effects = tools.effects
        if let timeout = tools.timeout { selection.timeout = timeout }
        return MCPToolSource(
            try server(connection, named: tools.connection),
            selection,
            runner: runner,
            room: ToolServerRoom(
                scratchDirectory: context.scratch.path,
                prepare: { try context.scratch.make() },
                log: { context.log.write(.stdout, $0) }
            ),
            forms: forms
        )
    }

    private func openapi(_ tools: ServerToolsDefinition, in context: JobContext) throws -> OpenAPIToolSource {
        guard case .openapi(let connection) = connections[tools.connection]?.kind else {
            throw unknown(tools.connection, "a service with an OpenAPI document")
        }
        let document: OpenAPIService.Document =
            switch connection.document {
            case .text(let text): .text(text)
            case .file(let path): .file(path)
            case .url(let url): .url(url)
            }
        var selection = OpenAPISelection()
        selection.allow = tools.allow
        selection.deny = tools.deny
        selection.effect = tools.effect
        selection.effects = tools.effects
        if let timeout = tools.timeout { selection.timeout = timeout }
        return OpenAPIToolSource(
            OpenAPIService(
                name: tools.connection,
                document: document,
                base: connection.url,
                headers: HTTPHeaders(connection.headers.map { ($0.name, $0.value.exposed) }),
                policy: connection.allowsPrivate ? .any : .publicOnly
            ),
            selection,
            documents: documents,
            log: { context.log.write(.stdout, $0) }
        )
    }

    private func server(_ connection: MCPConnection, named name: String) throws -> MCPServer {
        var server: MCPServer
        switch connection.place {
        case .program(let command, let environment, let directory):
            server = MCPServer(
                name: name,
                place: .program(
                    arguments: try programs.resolve(command),
                    environment: Dictionary(
                        environment.map { ($0.name, $0.value.exposed) },
                        uniquingKeysWith: { _, last in last }
                    ),
                    directory: directory
                )
            )
            server.secrets = environment.filter(\.isHidden).map(\.value.exposed)
        case .web(let url, let headers, let allowsPrivate):
            let address = MCPWebAddress(
                url: url,
                headers: HTTPHeaders(headers.map { ($0.name, $0.value.exposed) }),
                policy: allowsPrivate ? .any : .publicOnly
            )
            server = MCPServer(name: name, place: .web(address))
            // A header may hold more than the secret, such as the word Bearer before it.
            server.secrets =
                headers.map { String($0.value.exposed.drop(while: { $0 != " " }).drop(while: { $0 == " " })) }
                + headers.map(\.value.exposed)
        }
        server.form =
            switch connection.form {
            case .automatic: .either
            case .handshake: .handshake
            case .stateless: .stateless
            }
        return server
    }
}
