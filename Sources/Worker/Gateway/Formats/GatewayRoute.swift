/// Where a request wants to go.
package enum GatewayRoute: Equatable, Sendable {
    /// A call that is matched and recorded.
    case call(WireFormat, path: String, model: String?)
    /// A question that costs nothing and is passed on as it is.
    case passOn(path: String)

    /// The route of a path below a connection, such as `v1/chat/completions`.
    ///
    /// - Returns: Nil when nothing is there.
    package init?(_ family: WireFormat.Family, method: String, path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard !parts.contains(where: Self.leadsElsewhere) else { return nil }
        let version = parts.first.flatMap { Self.isVersion($0) ? $0 : nil }
        if version != nil { parts.removeFirst() }
        let rest = parts.joined(separator: "/")
        switch (family, method) {
        case (.openAI, "POST"):
            let formats: [String: WireFormat] = [
                "chat/completions": .chat, "completions": .completions, "responses": .responses,
                "embeddings": .embeddings, "moderations": .moderations, "conversations": .conversations,
                "responses/compact": .compact, "responses/input_tokens": .countResponses,
            ]
            guard let format = formats[rest] ?? Self.change(method, of: parts) else { return nil }
            self = .call(format, path: rest, model: nil)
        case (.openAI, "DELETE"):
            guard let format = Self.change(method, of: parts) else { return nil }
            self = .call(format, path: rest, model: nil)
        case (.openAI, "GET"):
            switch (parts.first, parts.count) {
            case ("models", _): self = .passOn(path: rest)
            case ("responses", 2): self = .call(.responseRead, path: rest, model: nil)
            case ("responses", 3) where parts[2] == "input_items":
                self = .call(.keptRead, path: rest, model: nil)
            case ("responses", 3...): self = .passOn(path: rest)
            case ("conversations", 2): self = .call(.keptRead, path: rest, model: nil)
            case ("conversations", 3...4) where parts[2] == "items":
                self = .call(.keptRead, path: rest, model: nil)
            default: return nil
            }
        case (.anthropic, "POST"):
            let formats: [String: WireFormat] = ["messages": .messages, "messages/count_tokens": .countTokens]
            guard let format = formats[rest] else { return nil }
            self = .call(format, path: "v1/" + rest, model: nil)
        case (.anthropic, "GET"):
            guard parts.first == "models" else { return nil }
            self = .passOn(path: "v1/" + rest)
        case (.gemini, "POST"):
            self.init(gemini: rest, version: version ?? "v1beta")
        case (.gemini, "GET"):
            guard parts.first == "models" else { return nil }
            self = .passOn(path: "\(version ?? "v1beta")/" + rest)
        default: return nil
        }
    }

    /// What changes what the provider keeps: `conversations/ID`, its `items`, or one of them, and `responses/ID`.
    private static func change(_ method: String, of parts: [String]) -> WireFormat? {
        if parts.first == "responses" {
            let isCancelled = method == "POST" && parts.count == 3 && parts[2] == "cancel"
            return isCancelled || method == "DELETE" && parts.count == 2 ? .keptChange : nil
        }
        guard parts.first == "conversations" else { return nil }
        return switch (method, parts.count) {
        case ("POST", 2), ("DELETE", 2): .keptChange
        case ("POST", 3) where parts[2] == "items": .keptChange
        case ("DELETE", 4) where parts[2] == "items": .keptChange
        default: nil
        }
    }

    private init?(gemini rest: String, version: String) {
        guard rest.hasPrefix("models/"), let colon = rest.lastIndex(of: ":") else { return nil }
        let model = rest[..<colon].dropFirst("models/".count)
        let formats: [String: WireFormat] = [
            "generateContent": .generate, "streamGenerateContent": .streamGenerate, "embedContent": .embedContent,
            "batchEmbedContents": .embedContent, "countTokens": .countGemini,
        ]
        guard let format = formats[String(rest[rest.index(after: colon)...])], !model.isEmpty,
            // A model whose name is written otherwise has neither its rules nor its price.
            model.utf8.allSatisfy({ Self.isUnreserved($0) || $0 == UInt8(ascii: "/") })
        else { return nil }
        self = .call(format, path: "\(version)/\(rest)", model: String(model))
    }

    /// Whether a server may read a part as a way to another path, with the real key: dots, and separators that are written
    /// otherwise; and whether it is not sent what stands behind, as a fragment is not.
    private static func leadsElsewhere(_ part: String) -> Bool {
        // Most parts hold none of it, and that is seen at once.
        guard part.utf8.contains(where: { Self.suspicious.contains($0) }) else { return false }
        let part = part.lowercased()
        let plain = part.replacing("%2e", with: ".")
        return plain == "." || plain == ".." || part.contains("%2f") || part.contains("%5c")
            || part.contains { $0 == "\\" || $0 == "#" || $0 == "?" }
    }

    private static let suspicious = Array("%\\.#?".utf8)

    /// Whether a part of a path is a version of an API, such as `v1beta`.
    static func isVersion(_ part: String) -> Bool {
        part.first == "v" && part.dropFirst().first?.isNumber == true && part.utf8.allSatisfy(isUnreserved)
    }

    /// Whether a byte means the same wherever it stands in an address.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
