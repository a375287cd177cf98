import JobModel
import Synchronization

/// A server with whom the protocol is agreed on.
final class MCPSession: Sendable {
    /// The most pages of one list, and the most entries in all.
    static let maximumPages = 100
    static let maximumEntries = 2_000
    /// The most bytes of all pages of one list together.
    static let maximumListBytes = 8 << 20

    let version: MCPVersion
    /// What the server says it can do.
    let capabilities: JSONValue
    private let channel: any MCPChannel

    init(_ channel: any MCPChannel, version: MCPVersion, capabilities: JSONValue) {
        self.channel = channel
        self.version = version
        self.capabilities = capabilities
    }

    /// Whether the server offers a kind of thing: `tools`, `resources`, `prompts`.
    func offers(_ kind: String) -> Bool { capabilities[kind] != nil }

    /// What a request says about itself.
    static func meta(of version: MCPVersion) -> JSONObject {
        guard version.isStateless else { return [:] }
        return [
            "io.modelcontextprotocol/protocolVersion": .string(version.rawValue),
            "io.modelcontextprotocol/clientInfo": clientInfo,
            "io.modelcontextprotocol/clientCapabilities": [:],
        ]
    }

    static let clientInfo: JSONValue = ["name": "chassis", "version": "1"]

    /// Sends a request with what the protocol wants to stand in each.
    ///
    /// - Throws: `MCPError`, or `CancellationError`.
    func result(of request: MCPRequest) async throws -> JSONValue {
        var request = request
        var meta = request.params["_meta"]?.objectValue ?? [:]
        for (key, value) in Self.meta(of: version) { meta[key] = value }
        if !meta.isEmpty { request.params["_meta"] = .object(meta) }
        return try await channel.result(of: request)
    }

    /// All entries of a list, page after page.
    func all(_ method: String, under key: String) async throws -> [JSONValue] {
        var entries: [JSONValue] = []
        var cursors: Set<String> = []
        var cursor: String?
        var bytes = 0
        repeat {
            var request = MCPRequest(method: method)
            request.params["cursor"] = cursor.map(JSONValue.string)
            let page = try await result(of: request)
            guard let found = page[key]?.arrayValue else {
                throw MCPError.unreachable("the server's answer to \(method) has no list \(key)")
            }
            entries += found
            bytes += page.encoded().count
            cursor = page["nextCursor"]?.stringValue
            guard entries.count <= Self.maximumEntries, cursors.count < Self.maximumPages,
                bytes <= Self.maximumListBytes
            else {
                let limits =
                    "\(Self.maximumEntries) entries, \(Self.maximumPages) pages or \(Self.maximumListBytes) bytes"
                throw MCPError.unreachable("the server's answer to \(method) has more than \(limits)")
            }
        } while cursor.map { cursors.insert($0).inserted } ?? false
        return entries
    }

    /// Has the server tell when its tools change, where it must be asked to.
    func listenForChanges() {
        guard capabilities["tools"]?["listChanged"]?.boolValue == true else { return }
        guard version.isStateless else {
            channel.listen(nil)
            return
        }
        var request = MCPRequest(method: "subscriptions/listen")
        request.params = ["_meta": .object(Self.meta(of: version)), "notifications": ["toolsListChanged": true]]
        channel.listen(request)
    }

    func close() async { await channel.close() }
}
