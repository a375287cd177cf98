import Digests
package import JobModel

// The keys and values of this file are kept in every checkpoint: they may be added to, never changed.

extension MessagePart {
    private enum Kind: String, CaseIterable {
        case text, file, reasoning
        case toolCall = "tool_call"
        case toolResult = "tool_result"
    }

    /// The part as it is kept in checkpoints.
    package var json: JSONValue {
        var object = JSONObject()
        func kind(_ kind: Kind) { object["type"] = .string(kind.rawValue) }
        switch self {
        case .text(let text):
            kind(.text)
            object["text"] = .string(text)
        case .file(let file):
            kind(.file)
            object["media_type"] = .string(file.mediaType)
            object["name"] = file.name.map { .string($0) }
            switch file.content {
            case .url(let url): object["url"] = .string(url)
            case .data(let bytes): object["base64"] = .string(Base64.encode(bytes))
            case .blob(let digest, let byteCount):
                object["sha256"] = .string(digest.hex)
                object["bytes"] = .integer(Int64(byteCount))
            }
        case .toolCall(let call):
            kind(.toolCall)
            object["id"] = .string(call.id)
            object["name"] = .string(call.name)
            switch call.arguments {
            case .json(let arguments): object["arguments"] = arguments
            case .invalid(let text): object["invalid_arguments"] = .string(text)
            }
        case .toolResult(let result):
            kind(.toolResult)
            object["call_id"] = .string(result.callID)
            object["text"] = .string(result.text)
            if result.isError { object["is_error"] = true }
        case .reasoning(let text, let opaque):
            kind(.reasoning)
            object["text"] = .string(text)
            object["opaque"] = opaque
        }
        return .object(object)
    }

    init(_ reading: JSONReading) throws(ModelJSONError) {
        switch try reading.member("type").choice(Kind.self) {
        case .text:
            self = .text(try reading.member("text").string())
        case .file: self = .file(try ModelFile(reading))
        case .toolCall:
            let arguments: ToolArguments =
                if let invalid = reading.optional("invalid_arguments") {
                    .invalid(try invalid.string())
                } else if let arguments = reading.value["arguments"] {
                    .json(arguments)
                } else {
                    throw reading.member("arguments").fault("the arguments of the call")
                }
            self = .toolCall(
                ToolCall(
                    id: try reading.member("id").string(),
                    name: try reading.member("name").string(),
                    arguments: arguments
                )
            )
        case .toolResult:
            self = .toolResult(
                ToolResult(
                    callID: try reading.member("call_id").string(),
                    text: try reading.member("text").string(),
                    isError: try reading.optional("is_error")?.bool() ?? false
                )
            )
        case .reasoning:
            self = .reasoning(try reading.member("text").string(), opaque: reading.value["opaque"])
        }
    }
}

extension ModelFile {
    fileprivate init(_ reading: JSONReading) throws(ModelJSONError) {
        self.init(
            mediaType: try reading.member("media_type").string(),
            name: try reading.optional("name")?.string(),
            content: try Self.content(reading)
        )
    }

    private static func content(_ reading: JSONReading) throws(ModelJSONError) -> Content {
        if let url = reading.optional("url") { return .url(try url.string()) }
        if let text = reading.optional("base64") {
            guard let bytes = Base64.decode(try text.string()) else { throw text.fault("Base64") }
            return .data(bytes)
        }
        let digest = reading.member("sha256")
        guard let sha256 = SHA256Digest(hex: try digest.string()) else { throw digest.fault("a SHA-256") }
        return .blob(sha256, byteCount: try reading.member("bytes").count())
    }
}
