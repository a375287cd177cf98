import JobModel
package import Models

/// What the gateway learns from an answer.
package struct AnswerSummary: Equatable, Sendable {
    package var usage: TokenUsage?
    /// The ids that the provider gave away: of tool calls, and of the answer itself where later requests name it.
    package var ids: [String] = []
    /// How its text begins; by that later requests are told to go on from it where calls of tools have no ids.
    package var opening = ""

    /// Whether a response that is read changes no more.
    package var isFinal = false
    /// What a response took, where that is read, or stopped, which costs nothing itself; nil as long as it may change.
    package var told: TokenUsage?
    /// Which calls of tools a response holds, where the provider keeps it for later requests to go on from; nil when that is not known yet.
    package var calls: [String]?
    /// What Anthropic tells of its tokens, piece by piece.
    private var anthropic = AnthropicUsage()

    /// The most bytes of an opening.
    private static let longestOpening = 80

    package init() {}

    mutating func note(_ id: JSONValue?) {
        guard let id = id?.stringValue, !id.isEmpty, !ids.contains(id) else { return }
        ids.append(id)
    }

    /// Notes a piece of the answer's text.
    mutating func say(_ text: JSONValue?) {
        guard opening.utf8.count < Self.longestOpening, let text = text?.stringValue else { return }
        opening += text.prefix(Self.longestOpening)
    }

    /// Reads a complete answer.
    mutating func read(_ json: JSONValue, _ format: WireFormat) {
        switch format {
        case .chat:
            for choice in json["choices"]?.arrayValue ?? [] {
                let message = choice["message"] ?? choice["delta"]
                for call in message?["tool_calls"]?.arrayValue ?? [] { note(call["id"]) }
                say(message?["content"])
            }
            usage = TokenUsage(chat: json["usage"]) ?? usage
        case .completions:
            say(json["choices"]?[0]?["text"])
            usage = TokenUsage(chat: json["usage"]) ?? usage
        case .responses, .compact:
            note(json["id"])
            if Self.isFinal(json) { calls = ModelTurns.calls(ofAnswer: json["output"]?.arrayValue ?? []) }
            for item in json["output"]?.arrayValue ?? [] {
                note(item["call_id"])
                if item["type"] == "message" { say(item["content"]?[0]?["text"]) }
            }
            usage = TokenUsage(responses: json["usage"]) ?? usage
        case .embeddings: usage = TokenUsage(embeddings: json["usage"])
        case .conversations: note(json["id"])
        case .messages:
            for block in json["content"]?.arrayValue ?? [] {
                if block["type"] == "tool_use" { note(block["id"]) }
                if block["type"] == "text" { say(block["text"]) }
            }
            readAnthropic(json["usage"])
        case .generate, .streamGenerate, .embedContent: readGemini(json)
        case .responseRead:
            isFinal = Self.isFinal(json)
            readTold(json)
        case .keptChange: readTold(json)
        case .moderations, .keptRead, .countResponses, .countTokens, .countGemini: break
        }
    }

    /// Whether a response changes no more.
    private static func isFinal(_ response: JSONValue) -> Bool {
        !["queued", "in_progress"].contains(response["status"])
    }

    /// Reads what a response took that changes no more.
    private mutating func readTold(_ response: JSONValue) {
        guard Self.isFinal(response), let usage = TokenUsage(responses: response["usage"]) else { return }
        // No request has no tokens.
        told = usage.input > 0 ? usage : nil
    }

    mutating func readAnthropic(_ usage: JSONValue?) {
        anthropic.add(usage)
        self.usage = anthropic.tokens
    }

    mutating func readGemini(_ json: JSONValue) {
        for candidate in json["candidates"]?.arrayValue ?? [] {
            for part in candidate["content"]?["parts"]?.arrayValue ?? [] {
                note(part["functionCall"]?["id"])
                if part["thought"] != true { say(part["text"]) }
            }
        }
        usage = TokenUsage(gemini: json["usageMetadata"]) ?? usage
    }
}
