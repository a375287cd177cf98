internal import JobModel

/// Something that an agent of a handler may call.
public struct AgentTool: Sendable {
    private let text: String?
    private let value: JSONValue

    private init(_ kind: String, _ fields: JSONObject) {
        text = nil
        value = [kind: .object(fields)]
    }

    /// Any tool that a workflow file may name, written as there, in JSON: `{"http": {"name": "notify", …}}`.
    ///
    /// What is wrong with it ends the job as `agent-invalid`.
    public init(json text: String) {
        self.text = text
        value = .null
    }

    /// A tool of this worker, by the name under which it was registered.
    public static func tool(_ name: String) -> AgentTool { AgentTool("tool", ["name": .string(name)]) }

    /// The database of a connection, which the agent asks in SQL; it can only read.
    ///
    /// - Parameters:
    ///   - connection: Its name.
    ///   - tables: The tables and views that it may read; nil leaves it to the database.
    public static func sql(connection: String, tables: [String]? = nil) -> AgentTool {
        var fields: JSONObject = ["connection": .string(connection)]
        fields["tables"] = tables.map { .array($0.map { .string($0) }) }
        return AgentTool("sql", fields)
    }

    /// The tools of the MCP server of a connection.
    ///
    /// - Parameters:
    ///   - connection: Its name.
    ///   - allow: Those it may call; nil for all.
    public static func mcp(connection: String, allow: [String]? = nil) -> AgentTool {
        server("mcp", connection, allow)
    }

    /// The operations of the service of a connection that has an OpenAPI document.
    ///
    /// - Parameters:
    ///   - connection: Its name.
    ///   - allow: Those it may call; nil for all.
    public static func openapi(connection: String, allow: [String]? = nil) -> AgentTool {
        server("openapi", connection, allow)
    }

    private static func server(_ kind: String, _ connection: String, _ allow: [String]?) -> AgentTool {
        var fields: JSONObject = ["connection": .string(connection)]
        fields["allow"] = allow.map { .array($0.map { .string($0) }) }
        return AgentTool(kind, fields)
    }

    func json() throws -> JSONValue {
        guard let text else { return value }
        do throws(JSONParseError) {
            return try JSONValue(parsing: text)
        } catch {
            throw JobError("a tool of the agent is no JSON: \(error)", code: "agent-invalid", isPermanent: true)
        }
    }
}
