package import JobModel

/// Whoever offers the tools that a program may call over MCP.
package protocol ToolHost: Sendable {
    /// The tools, as MCP lists them.
    func list() async throws -> [JSONValue]

    /// Calls a tool.
    ///
    /// - Returns: The result, as MCP writes it.
    /// - Throws: `GatewayRefusal` for what the program did wrong.
    func call(_ name: String, _ arguments: JSONValue) async throws -> JSONValue
}
