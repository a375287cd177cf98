import JobModel

/// A conversation in the words of Gemini.
struct GeminiContents {
    private(set) var contents: [JSONValue] = []
    private let origin: ReasoningOrigin
    /// The tools that were called, by the id of the call: a result names its tool.
    private var names: [String: String] = [:]

    init(_ messages: [ModelMessage], origin: ReasoningOrigin) throws(ModelError.Reason) {
        self.origin = origin
        var turns: [(role: String, parts: [JSONValue])] = []
        for message in messages where message.role != .system {
            let parts = try parts(of: message)
            let role = message.role == .assistant ? "model" : "user"
            if parts.isEmpty { continue }
            if let last = turns.last, last.role == role {
                turns[turns.count - 1].parts += parts
            } else {
                turns.append((role, parts))
            }
        }
        contents = turns.map { ["role": .string($0.role), "parts": .array($0.parts)] }
    }

    private mutating func parts(of message: ModelMessage) throws(ModelError.Reason) -> [JSONValue] {
        var parts: [JSONValue] = []
        var signature: JSONValue?
        func add(_ members: JSONObject) {
            var members = members
            members["thoughtSignature"] = signature
            signature = nil
            parts.append(.object(members))
        }
        for part in message.parts {
            switch part {
            case .text(let text): if !text.isEmpty || signature != nil { add(["text": .string(text)]) }
            case .file(let file): add(try Self.file(file))
            case .toolCall(let call):
                names[call.id] = call.name
                var function: JSONObject = ["name": .string(call.name), "args": call.argumentsObject]
                if Self.isOwn(call.id) { function["id"] = .string(call.id) }
                add(["functionCall": .object(function)])
            case .toolResult(let result):
                var function: JSONObject = [
                    "name": .string(names[result.callID] ?? result.callID),
                    "response": [result.isError ? "error" : "output": .string(result.text)],
                ]
                if Self.isOwn(result.callID) { function["id"] = .string(result.callID) }
                add(["functionResponse": .object(function)])
            // What belongs to the part behind it.
            case .reasoning(_, let opaque): if let value = origin.unwrap(opaque) { signature = value["signature"] }
            }
        }
        return parts
    }

    /// Whether an id is the provider's own; where it gives none, the answer got one of ours.
    private static func isOwn(_ id: String) -> Bool { !id.hasPrefix("call_") && !id.hasPrefix("toolu_") }

    private static func file(_ file: ModelFile) throws(ModelError.Reason) -> JSONObject {
        let type = JSONValue.string(file.mediaType)
        if case .url(let url) = file.content { return ["fileData": ["mimeType": type, "fileUri": .string(url)]] }
        if let text = file.titledText { return ["text": .string(text)] }
        return ["inlineData": ["mimeType": type, "data": .string(try file.base64())]]
    }
}
