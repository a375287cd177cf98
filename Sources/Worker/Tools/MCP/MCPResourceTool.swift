package import JobModel
package import Models
import Workflow

/// Shows a model what a server has besides tools: lists its resources, reads one, gets one of its prompts.
package struct MCPResourceTool: Tool {
    enum Purpose: String {
        case list = "list_resources"
        case read = "read_resource"
        case prompt = "get_prompt"
    }

    package let definition: Models.ToolDefinition
    package let effect = Effect.none
    private let purpose: Purpose
    private let call: MCPCall
    private let check: ArgumentCheck

    /// - Parameter about: What the listing says of the server's prompts.
    init(_ purpose: Purpose, about: String = "", _ call: MCPCall) {
        self.purpose = purpose
        self.call = call
        let schema = Self.schema(purpose)
        check = ArgumentCheck(schema)
        let server = call.client.server.name
        let description =
            switch purpose {
            case .list: "Lists the resources of \(server): what can be read, by its uri."
            case .read: "Reads a resource of \(server) by its uri."
            case .prompt: "Gets a prompt that \(server) has prepared, with its arguments filled in. Prompts:\n\(about)"
            }
        definition = Models.ToolDefinition(name: purpose.rawValue, description: description, parameters: schema.value)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        switch purpose {
        case .list: return try await list()
        case .read:
            var request = MCPRequest(method: "resources/read", name: arguments["uri"]?.stringValue)
            request.params["uri"] = arguments["uri"]
            return try await call.output(of: request, tool: purpose.rawValue, effect: .none, context)
        case .prompt:
            var request = MCPRequest(method: "prompts/get", name: arguments["name"]?.stringValue)
            request.params["name"] = arguments["name"]
            request.params["arguments"] = arguments["arguments"]
            return try await call.output(of: request, tool: purpose.rawValue, effect: .none, context)
        }
    }

    private func list() async throws -> ToolOutput {
        do {
            let (resources, templates) = try await call.client.read { session in
                let resources = try await session.all("resources/list", under: "resources")
                let templates = await (try? session.all("resources/templates/list", under: "resourceTemplates")) ?? []
                return (resources, templates)
            }
            try Task.checkCancellation()
            return ToolOutput(
                [
                    "resources": .array(resources.map { Self.shown($0, ["uri", "name", "description", "mimeType"]) }),
                    "templates": .array(templates.map { Self.shown($0, ["uriTemplate", "name", "description"]) }),
                ]
            )
        } catch let error as MCPError {
            return .fault(call.client.server.redacted(error.description))
        }
    }

    private static func shown(_ entry: JSONValue, _ keys: [String]) -> JSONValue {
        .object(JSONObject(keys.compactMap { key in entry[key].map { (key, $0) } }))
    }

    private static func schema(_ purpose: Purpose) -> JSONSchema {
        switch purpose {
        case .list: .builtIn(["type": "object", "properties": [:], "additionalProperties": false])
        case .read:
            .builtIn([
                "type": "object", "properties": ["uri": ["type": "string", "minLength": 1]], "required": ["uri"],
                "additionalProperties": false,
            ])
        case .prompt:
            .builtIn([
                "type": "object",
                "properties": [
                    "name": ["type": "string", "minLength": 1],
                    "arguments": ["type": "object", "additionalProperties": ["type": "string"]],
                ],
                "required": ["name"], "additionalProperties": false,
            ])
        }
    }
}
