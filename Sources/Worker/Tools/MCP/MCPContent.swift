import JobModel

/// What a server answered to a call, made readable for a model.
struct MCPContent {
    private let answer: JSONValue
    private let server: MCPServer

    init(_ answer: JSONValue, server: MCPServer) {
        self.answer = answer
        self.server = server
    }

    var output: ToolOutput {
        if answer["resultType"] == "input_required" {
            return .fault(
                "the server asks for something that only a person could give it, which is not possible here: "
                    + server.redacted((answer["inputRequests"] ?? .null).text())
            )
        }
        var parts = blocks.map { Self.text(of: $0) }
        if let structured = answer["structuredContent"], !isRepeated(structured) { parts.append(structured.text()) }
        let text = parts.filter { !$0.isEmpty }.joined(separator: "\n")
        return ToolOutput(
            server.redacted(text.isEmpty ? "(no content)" : text),
            isError: answer["isError"]?.boolValue ?? false
        )
    }

    /// Blocks of content, of a tool, of a resource or of a prompt.
    private var blocks: [JSONValue] {
        if let content = answer["content"]?.arrayValue { return content }
        if let contents = answer["contents"]?.arrayValue {
            return contents.map { ["type": "resource", "resource": $0] }
        }
        return (answer["messages"]?.arrayValue ?? []).flatMap { message -> [JSONValue] in
            let role = JSONValue.object(["type": "text", "text": .string("\(message["role"]?.stringValue ?? "user"):")])
            return [role] + (message["content"].map { $0.arrayValue ?? [$0] } ?? [])
        }
    }

    /// Whether a text says the same as the structured content, as the protocol asks of servers; some wrap a plain result.
    private func isRepeated(_ structured: JSONValue) -> Bool {
        let wrapped = structured.objectValue.flatMap { $0.count == 1 ? $0["result"] : nil }
        return blocks.contains { block in
            guard let text = block["text"]?.stringValue else { return false }
            if wrapped?.stringValue == text { return true }
            guard let said = try? JSONValue(parsing: text) else { return false }
            return said == structured || said == wrapped
        }
    }

    private static func text(of block: JSONValue) -> String {
        switch block["type"]?.stringValue {
        case "text": block["text"]?.stringValue ?? ""
        case "image", "audio":
            "[\(block["type"]?.stringValue ?? "") \(block["mimeType"]?.stringValue ?? "of an unknown type"), "
                + "\(size(block["data"])) bytes]"
        case "resource": text(ofResource: block["resource"] ?? [:])
        case "resource_link":
            "[resource \(block["uri"]?.stringValue ?? ""): "
                + [block["name"], block["description"]].compactMap { $0?.stringValue }.joined(separator: ", ") + "]"
        default: block.text()
        }
    }

    private static func text(ofResource resource: JSONValue) -> String {
        let uri = resource["uri"]?.stringValue ?? ""
        if let text = resource["text"]?.stringValue { return "[resource \(uri)]\n\(text)" }
        return
            "[resource \(uri) \(resource["mimeType"]?.stringValue ?? "of an unknown type"), \(size(resource["blob"])) bytes]"
    }

    /// How many bytes a text in Base64 stands for.
    private static func size(_ base64: JSONValue?) -> Int {
        let digits = base64?.stringValue?.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "=") ? 0 : 1) } ?? 0
        return digits * 3 / 4
    }
}
