import ArgumentParser

/// The subcommand `mcp`.
struct MCPCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Inside a command job: its tools, as an MCP server on standard input and output.",
        discussion: """
            For programs that start their tool servers themselves. It hands each message on to CHASSIS_MCP_URL, which \
            other programs reach themselves, and ends with its input.
            """
    )

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        guard let url = invocation.environment["CHASSIS_MCP_URL"] else {
            throw ClientError.usage("chassis mcp works inside a command job that has tools; CHASSIS_MCP_URL is not set")
        }
        try await ToolBridge(url: url, output: invocation.output, errors: invocation.errors).run(InputLines.stream())
        return .success
    }
}
