import JobModel

/// A conversation in the words of Anthropic Messages.
struct AnthropicMessages {
    /// The instructions, which stand apart.
    private(set) var system: [String] = []
    private(set) var messages: [JSONValue] = []

    init(_ request: ModelRequest, origin: ReasoningOrigin) throws(ModelError.Reason) {
        var turns: [(role: String, blocks: [JSONValue])] = []
        for message in request.messages {
            guard message.role != .system else {
                if !message.text.isEmpty { system.append(message.text) }
                continue
            }
            let blocks = try Self.blocks(of: message, origin)
            let role = message.role == .assistant ? "assistant" : "user"
            if blocks.isEmpty { continue }
            if let last = turns.last, last.role == role {
                turns[turns.count - 1].blocks += blocks
            } else {
                turns.append((role, blocks))
            }
        }
        // The next turn repeats everything up to here.
        if request.cache.marksPrefix, let last = turns.last, last.role == "user" {
            turns[turns.count - 1].blocks[last.blocks.count - 1] = AnthropicRequest.marked(
                last.blocks[last.blocks.count - 1]
            )
        }
        messages = turns.map { ["role": .string($0.role), "content": .array($0.blocks)] }
    }

    private static func blocks(
        of message: ModelMessage,
        _ origin: ReasoningOrigin
    ) throws(ModelError.Reason) -> [JSONValue] {
        var blocks: [JSONValue] = []
        for part in message.parts {
            switch part {
            // An empty text is refused.
            case .text(let text): if !text.isEmpty { blocks.append(["type": "text", "text": .string(text)]) }
            case .file(let file): blocks.append(try Self.file(file))
            case .toolCall(let call):
                blocks.append([
                    "type": "tool_use", "id": .string(id(call.id)), "name": .string(call.name),
                    "input": call.argumentsObject,
                ])
            case .toolResult(let result):
                var block: JSONObject = ["type": "tool_result", "tool_use_id": .string(id(result.callID))]
                if !result.text.isEmpty { block["content"] = .string(result.text) }
                if result.isError { block["is_error"] = true }
                blocks.append(.object(block))
            case .reasoning(_, let opaque): if let block = origin.unwrap(opaque) { blocks.append(block) }
            }
        }
        return blocks
    }

    /// Another provider's ids may hold characters that Anthropic refuses.
    private static func id(_ id: String) -> String {
        String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "_" })
    }

    private static func file(_ file: ModelFile) throws(ModelError.Reason) -> JSONValue {
        var block: JSONObject = ["type": file.isImage ? "image" : "document"]
        if case .url(let url) = file.content {
            block["source"] = ["type": "url", "url": .string(url)]
        } else if !file.isImage, let text = file.text {
            block["source"] = ["type": "text", "media_type": "text/plain", "data": .string(text)]
        } else {
            block["source"] = [
                "type": "base64", "media_type": .string(file.mediaType), "data": .string(try file.base64()),
            ]
        }
        if !file.isImage, let name = file.name { block["title"] = .string(name) }
        return .object(block)
    }
}
