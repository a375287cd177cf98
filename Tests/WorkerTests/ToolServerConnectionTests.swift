import Glibc
import JobModel
import Settings
import Testing

/// Connections to tool servers, as the connections file describes them.
@Suite struct ToolServerConnectionTests {
    private func read(_ text: String) throws -> [String: ConnectionDefinition] {
        var template = Array("/tmp/chassis-connections-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            close(file)
            unlink(path)
        }
        precondition(file >= 0 && write(file, text, text.utf8.count) == text.utf8.count, "no file can be written")
        return try ConnectionsFile.read(path, environment: ["TOKEN": "t0ken"])
    }

    private func faults(_ text: String) -> [String] {
        let error = #expect(throws: SettingsFaults.self) { _ = try read(text) }
        return (error?.faults ?? []).map { String($0.reason.drop { $0 != ":" }.dropFirst()) }
    }

    @Test func readsServersAndServices() throws {
        let connections = try read(
            """
            connections:
              clock: {kind: mcp, command: [mcp-server-time, --local-timezone, UTC], env: {LEVEL: info, KEY: {env: TOKEN}}}
              hub: {kind: mcp, url: "https://hub.example.com/mcp", bearer_env: TOKEN, protocol: stateless}
              shop: {kind: openapi, document: /etc/shop.yaml, url: "https://shop.example.com", headers: {X-Key: {env: TOKEN}}}
              pets: {kind: openapi, document: "https://pets.example.com/openapi.json", allow_private: true}
            """
        )
        guard case .mcp(let clock)? = connections["clock"]?.kind,
            case .program(let command, let environment, nil) = clock.place,
            case .mcp(let hub)? = connections["hub"]?.kind, case .web(_, let headers, false) = hub.place,
            case .openapi(let shop)? = connections["shop"]?.kind, case .openapi(let pets)? = connections["pets"]?.kind
        else {
            Issue.record("\(connections)")
            return
        }
        #expect(command == ["mcp-server-time", "--local-timezone", "UTC"] && clock.form == .automatic)
        #expect(environment.map(\.name) == ["LEVEL", "KEY"] && environment.map(\.isHidden) == [false, true])
        #expect(headers.map(\.value.exposed) == ["Bearer t0ken"] && hub.form == .stateless)
        #expect(shop.document == .file("/etc/shop.yaml") && shop.headers.map(\.value.exposed) == ["t0ken"])
        #expect(pets.document == .url("https://pets.example.com/openapi.json") && pets.allowsPrivate)
        #expect(!"\(connections)".contains("t0ken"))
    }

    @Test func namesWhatIsWrong() {
        let found = faults(
            """
            connections:
              a: {kind: mcp}
              b: {kind: mcp, command: [x], url: "https://x.example.com"}
              c: {kind: mcp, command: x}
              d: {kind: mcp, command: [x], env: {KEY: {env: MISSING}}}
              e: {kind: mcp, url: "https://x.example.com", bearer_env: MISSING}
              f: {kind: mcp, command: [x], protocol: new, cwd: /}
              g: {kind: openapi}
              h: {kind: openapi, document: shop.yaml}
            """
        )
        let expected = [
            "2:3: an MCP server is either a program", "3:3: an MCP server is either a program",
            "4:27: command is a list of the program", "5:38: a variable is a text, {env: NAME}",
            "the environment variable MISSING is not set", "must be one of auto, handshake, stateless",
            "unknown key cwd", "8:3: an OpenAPI document is named by document", "the path must begin with /",
        ]
        for reason in expected { #expect(found.contains { $0.contains(reason) }, "\(reason): \(found)") }
        #expect(found.count == expected.count)
    }
}
