import JobModel
import Workflow

extension ConnectionReader {
    /// Reads a connection to an MCP server; nil where it cannot be used, which was noted then.
    mutating func mcp(_ fields: [String: SourceNode], of connection: SourceEntry) -> MCPConnection? {
        let form = fields["protocol"].flatMap { choice($0, MCPConnection.Form.self) } ?? .automatic
        switch (fields["command"], fields["url"] ?? fields["url_env"]) {
        case (let command?, nil):
            check(connection.value.entries ?? [], ["kind", "command", "env", "directory", "protocol"])
            guard let words = words(command) else { return nil }
            let environment = named(fields["env"], of: "a variable")
            return MCPConnection(
                place: .program(
                    command: words,
                    environment: environment,
                    directory: fields["directory"].flatMap { absolutePath($0) }
                ),
                form: form
            )
        case (nil, _?):
            check(
                connection.value.entries ?? [],
                [
                    "kind", "url", "url_env", "headers", "bearer", "bearer_env", "bearer_file", "allow_private",
                    "protocol",
                ]
            )
            guard let url = address(of: fields, at: connection) else { return nil }
            let place = MCPConnection.Place.web(
                url: url,
                headers: requestHeaders(fields, of: connection),
                allowsPrivate: flag("allow_private", of: fields)
            )
            return MCPConnection(place: place, form: form)
        case (nil, nil), (_?, _?):
            refuse(
                connection.keyPlace,
                "an MCP server is either a program, as in command: [github-mcp-server, stdio], or reached under a url"
            )
            return nil
        }
    }

    /// Reads a connection to a service with an OpenAPI document; nil where it cannot be used, which was noted then.
    mutating func openapi(_ fields: [String: SourceNode], of connection: SourceEntry) -> OpenAPIConnection? {
        check(
            connection.value.entries ?? [],
            [
                "kind", "document", "text", "url", "url_env", "headers", "bearer", "bearer_env", "bearer_file",
                "allow_private",
            ]
        )
        let hasURL = fields["url"] != nil || fields["url_env"] != nil
        let url = hasURL ? address(of: fields, at: connection) : nil
        let headers = requestHeaders(fields, of: connection)
        let allowsPrivate = flag("allow_private", of: fields)
        guard let document = document(fields, of: connection), !hasURL || url != nil else { return nil }
        return OpenAPIConnection(document: document, url: url, headers: headers, allowsPrivate: allowsPrivate)
    }

    private mutating func document(
        _ fields: [String: SourceNode],
        of connection: SourceEntry
    ) -> OpenAPIConnection.Document? {
        switch (fields["document"], fields["text"]) {
        case (nil, let node?):
            if let text = node.scalarText, !text.isEmpty { return .text(text) }
            refuse(node.place, "text is the OpenAPI document itself, in JSON or YAML")
        case (let node?, nil):
            guard let place = node.scalarText, !place.isEmpty else { break }
            if place.hasPrefix("https://") || place.hasPrefix("http://") { return .url(place) }
            return absolutePath(node).map { .file($0) }
        case (nil, nil), (_?, _?): break
        }
        if fields["text"] == nil || fields["document"] != nil {
            refuse(
                connection.keyPlace,
                "an OpenAPI document is named by document: a path or an address, or written into text:"
            )
        }
        return nil
    }

    /// The headers of each request, the bearer's token among them.
    private mutating func requestHeaders(
        _ fields: [String: SourceNode],
        of connection: SourceEntry
    ) -> [NamedSecret] {
        var headers = headers(fields["headers"]).map { NamedSecret(name: $0.name, value: $0.value) }
        guard ["bearer", "bearer_env", "bearer_file"].contains(where: { fields[$0] != nil }),
            let token = secret("bearer", of: fields, at: connection)
        else { return headers }
        checkHeader("bearer", token, at: connection.keyPlace)
        headers.append(NamedSecret(name: "Authorization", value: Secret("Bearer \(token.exposed)")))
        return headers
    }

    private mutating func named(_ node: SourceNode?, of what: String) -> [NamedSecret] {
        guard let node else { return [] }
        guard let entries = node.entries else {
            refuse(node.place, "env is a mapping of names")
            return []
        }
        return entries.compactMap { entry in
            let isName = !entry.key.isEmpty && !entry.key.utf8.contains(UInt8(ascii: "=")) && !entry.key.contains("\0")
            guard isName, let value = referred(entry.value), !value.exposed.contains("\0") else {
                refuse(entry.keyPlace, "\(what) is a text, {env: NAME} of a variable that is set, or {file: PATH}")
                return nil
            }
            return NamedSecret(name: entry.key, value: value, isHidden: entry.value.scalarText == nil)
        }
    }

    /// A text of the file, or what `{env: NAME}` or `{file: PATH}` stands for.
    func referred(_ node: SourceNode) -> Secret? {
        if let text = node.scalarText { return Secret(text) }
        guard let entries = node.entries, entries.count == 1, let name = entries[0].value.scalarText else { return nil }
        switch entries[0].key {
        case "env": return environment[name].map { Secret($0) }
        case "file":
            // Whoever asks says what is wrong, with the place.
            guard let text = try? InputFile.readText(name, maximumBytes: Self.maximumSecretBytes) else { return nil }
            return Secret(String(text.reversed().drop { $0.isNewline }.reversed()))
        default: return nil
        }
    }

    private mutating func words(_ node: SourceNode) -> [String]? {
        guard case .sequence(let nodes) = node.content, !nodes.isEmpty else {
            refuse(node.place, "command is a list of the program and its arguments, as in [uvx, mcp-server-time]")
            return nil
        }
        var words: [String] = []
        for node in nodes {
            guard let word = node.scalarText, !word.contains("\0") else {
                refuse(node.place, "an argument is a text")
                return nil
            }
            words.append(word)
        }
        return words
    }

    private mutating func absolutePath(_ node: SourceNode) -> String? {
        if let path = node.scalarText, path.hasPrefix("/") { return path }
        refuse(node.place, "the path must begin with /")
        return nil
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: SourceNode,
        _ type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        if let choice = node.scalarText.flatMap(Choice.init(rawValue:)) { return choice }
        refuse(node.place, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }
}
