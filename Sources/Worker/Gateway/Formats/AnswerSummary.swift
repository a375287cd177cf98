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
            readOpenAI(json["usage"])
        case .responses, .compact:
            note(json["id"])
            if Self.isFinal(json) { calls = ModelTurns.calls(ofAnswer: json["output"]?.arrayValue ?? []) }
            for item in json["output"]?.arrayValue ?? [] {
                note(item["call_id"])
                if item["type"] == "message" { say(item["content"]?[0]?["text"]) }
            }
            readOpenAI(json["usage"])
        case .embeddings: readOpenAI(json["usage"])
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
        case .keptRead, .countResponses, .countTokens, .countGemini: break
        }
    }

    /// Whether a response changes no more.
    private static func isFinal(_ response: JSONValue) -> Bool {
        !["queued", "in_progress"].contains(response["status"])
    }

    /// Reads what a response took that changes no more.
    private mutating func readTold(_ response: JSONValue) {
        guard Self.isFinal(response), let usage = Self.openAI(response["usage"]) else { return }
        // No request has no tokens.
        told = usage.input > 0 ? usage : nil
    }

    mutating func readOpenAI(_ usage: JSONValue?) {
        if let read = Self.openAI(usage) { self.usage = read }
    }

    private static func openAI(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage, !usage.isNull else { return nil }
        return TokenUsage(
            reportedInput: (usage["prompt_tokens"] ?? usage["input_tokens"])?.integerValue,
            cachedInput: (usage["prompt_tokens_details"] ?? usage["input_tokens_details"])?["cached_tokens"]?
                .integerValue,
            output: (usage["completion_tokens"] ?? usage["output_tokens"])?.integerValue ?? 0,
            reasoning: (usage["completion_tokens_details"] ?? usage["output_tokens_details"])?["reasoning_tokens"]?
                .integerValue
        )
    }

    /// Anthropic tells the input at the beginning of a stream and the output at its end.
    mutating func readAnthropic(_ usage: JSONValue?) {
        guard let usage else { return }
        func count(_ key: String) -> Int64? { usage[key]?.integerValue }
        let past = self.usage
        let cached = count("cache_read_input_tokens") ?? past.map { Int64($0.cachedInput) } ?? 0
        let written = count("cache_creation_input_tokens") ?? past.map { Int64($0.cacheWrite) } ?? 0
        let fresh =
            count("input_tokens") ?? past.map { Int64($0.input - $0.cachedInput - $0.cacheWrite) }
        let read = TokenUsage(
            reportedInput: fresh.map { Self.sum($0, cached, written) },
            cachedInput: cached,
            cacheWrite: written,
            output: count("output_tokens") ?? past.map { Int64($0.output) }
        )
        if let read { self.usage = read }
    }

    /// A sum of counts that a provider made up never overflows.
    private static func sum(_ counts: Int64...) -> Int64 {
        counts.reduce(0) { total, count in
            let (sum, overflows) = total.addingReportingOverflow(count)
            return overflows ? -1 : sum
        }
    }

    mutating func readGemini(_ json: JSONValue) {
        for candidate in json["candidates"]?.arrayValue ?? [] {
            for part in candidate["content"]?["parts"]?.arrayValue ?? [] {
                note(part["functionCall"]?["id"])
                if part["thought"] != true { say(part["text"]) }
            }
        }
        guard let usage = json["usageMetadata"] else { return }
        let thoughts = usage["thoughtsTokenCount"]?.integerValue ?? 0
        let read = TokenUsage(
            reportedInput: usage["promptTokenCount"]?.integerValue,
            cachedInput: usage["cachedContentTokenCount"]?.integerValue,
            output: Self.sum(usage["candidatesTokenCount"]?.integerValue ?? 0, thoughts),
            reasoning: thoughts
        )
        if let read { self.usage = read }
    }
}
