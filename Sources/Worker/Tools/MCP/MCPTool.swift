package import JobModel
package import Models
import Workflow

/// A tool of an MCP server.
package struct MCPTool: Tool {
    package let definition: Models.ToolDefinition
    package let effect: Effect
    private let call: MCPCall
    /// The server's own name for it.
    private let name: String
    private let headers: [(name: String, path: [String])]
    private let check: ArgumentCheck

    /// A tool as it was listed; nil when the entry is none that can be used.
    init?(_ entry: JSONValue, _ call: MCPCall) {
        guard let name = entry["name"]?.stringValue,
            let effect = entry["effect"]?.stringValue.flatMap(Effect.init(rawValue:)),
            let parameters = entry["parameters"]
        else { return nil }
        let schema = JSONSchema.usable(parameters)
        definition = Models.ToolDefinition(
            name: name,
            description: entry["description"]?.stringValue ?? "",
            parameters: parameters
        )
        self.effect = effect
        self.call = call
        self.name = name
        headers = MCPHeaders.read(entry["headers"])
        check = ArgumentCheck(schema)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        var request = MCPRequest(method: "tools/call", name: name)
        request.params = ["name": .string(name), "arguments": arguments]
        request.headers = headers.compactMap { header in
            MCPHeaders.value(at: header.path, of: arguments).map { (header.name, $0) }
        }
        return try await call.output(of: request, tool: name, effect: effect, context)
    }
}
