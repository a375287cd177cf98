package import HTTPTransport
package import JobModel
import Models
import Workflow

/// The tools of an MCP server: what it lists, as far as an agent is offered it.
package struct MCPToolSource: ToolSource {
    /// The most bytes of what is said of one tool.
    static let maximumDescription = 4 << 10

    package let name: String
    private let client: MCPClient
    private let selection: MCPSelection

    /// - Parameters:
    ///   - runner: Starts the server where it is a program.
    ///   - room: What the server may use, and where it is heard.
    ///   - forms: What is known of the servers' forms of the protocol, for all attempts of a worker.
    package init(
        _ server: MCPServer,
        _ selection: MCPSelection = MCPSelection(),
        runner: ProgramRunner,
        room: ToolServerRoom,
        forms: MCPForms = MCPForms(),
        http: HTTPClient = .shared,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        name = server.name
        client = MCPClient(server, runner: runner, room: room, forms: forms, http: http, clock: clock)
        self.selection = selection
    }

    package var request: JSONValue {
        ["kind": "mcp", "connection": .string(name), "selection": selection.fingerprintFields]
    }

    package var hasChanged: Bool { client.hasChanged }

    package func close() async { await client.close() }

    // MARK: Listing

    package func list() async throws -> JSONValue {
        do {
            return try await client.read { try await listing(of: $0) }
        } catch let error as MCPError {
            throw ToolsError.unreachable(connection: name, reason: client.server.redacted(error.description))
        }
    }

    private func listing(of session: MCPSession) async throws -> JSONValue {
        client.willList()
        var listing: JSONObject = [:]
        if session.offers("tools"), selection.kinds.contains(.tools) {
            listing["tools"] = .array(try await tools(of: session))
        }
        if session.offers("resources"), selection.kinds.contains(.resources) { listing["resources"] = true }
        if session.offers("prompts"), selection.kinds.contains(.prompts) {
            let prompts = try await session.all("prompts/list", under: "prompts")
            listing["prompts"] = .array(prompts.map(Self.prompt).sorted { $0.text() < $1.text() })
        }
        return .object(listing)
    }

    /// The tools that are offered, in an order of ours: a server's own may change from one time to the next.
    private func tools(of session: MCPSession) async throws -> [JSONValue] {
        var entries: [String: JSONValue] = [:]
        var seen: Set<String> = []
        for tool in try await session.all("tools/list", under: "tools") {
            guard let name = tool["name"]?.stringValue, !name.isEmpty else { continue }
            guard seen.insert(name).inserted else { continue }
            guard selection.offers(name) else { continue }
            if let entry = entry(of: tool, name) { entries[name] = entry }
        }
        for missing in (selection.allow ?? []).filter({ !seen.contains($0) && !Self.isOurs($0) }).sorted() {
            client.note("it has no tool \(missing), which the workflow allows")
        }
        return entries.keys.sorted().compactMap { entries[$0] }
    }

    private func entry(of tool: JSONValue, _ name: String) -> JSONValue? {
        let schema = tool["inputSchema"] ?? [:]
        let headers: JSONValue
        do throws(MCPHeaders.Fault) {
            headers = try MCPHeaders.find(in: schema)
        } catch {
            client.note("its tool \(name) is left out: \(error.reason)")
            return nil
        }
        let effect = selection.effect(of: name, annotations: tool["annotations"])
        var entry: JSONObject = ["name": .string(name), "effect": .string(effect.rawValue)]
        let description = tool["description"]?.stringValue ?? tool["title"]?.stringValue ?? ""
        entry["description"] = .string(String(description.prefix(Self.maximumDescription)))
        entry["parameters"] = JSONSchema.objectSchema(schema)
        if headers.arrayValue?.isEmpty == false { entry["headers"] = headers }
        return .object(entry)
    }

    private static func prompt(_ prompt: JSONValue) -> JSONValue {
        .object(
            JSONObject(
                ["name", "description", "arguments"].compactMap { key in prompt[key].map { (key, $0) } }
            )
        )
    }

    private static func isOurs(_ name: String) -> Bool { MCPResourceTool.Purpose(rawValue: name) != nil }

    // MARK: Tools

    package func tools(in listing: JSONValue) -> [any Tool] {
        let call = MCPCall(client: client, timeout: selection.timeout)
        var tools: [any Tool] = (listing["tools"]?.arrayValue ?? []).compactMap { MCPTool($0, call) }
        var ours: [MCPResourceTool] = []
        if listing["resources"] != nil { ours += [MCPResourceTool(.list, call), MCPResourceTool(.read, call)] }
        if let prompts = listing["prompts"]?.arrayValue {
            let about = prompts.map { "- \($0.text())" }.joined(separator: "\n")
            ours.append(MCPResourceTool(.prompt, about: String(about.prefix(8 << 10)), call))
        }
        tools += ours.filter { selection.offers($0.definition.name) }
        return tools
    }
}
