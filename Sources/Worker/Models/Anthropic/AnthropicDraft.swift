import JobModel

/// An answer of Anthropic Messages on its way to being complete.
struct AnthropicDraft {
    private enum Block {
        case text(String)
        case call(ToolCallDraft, given: JSONValue)
        case thinking(String, signature: String)
        /// To be given back as it is.
        case redacted(JSONValue)
        case ignored
    }

    /// The most blocks of one answer.
    private static let maximumBlocks = 1024

    private let origin: ReasoningOrigin
    private var blocks: [(index: Int, block: Block)] = []
    private var stopReason: String?
    private var usage = AnthropicUsage()
    private var model = ""
    private var responseID: String?

    init(origin: ReasoningOrigin) { self.origin = origin }

    /// Reads an answer that came in one document.
    init(message: JSONValue, origin: ReasoningOrigin) throws(ModelError.Reason) {
        self.init(origin: origin)
        if message["type"] == "error" {
            let report = ProviderReport(error: message["error"] ?? message)
            throw .reported(type: report.type, message: report.message)
        }
        let reading = JSONReading(message, at: "answer")
        do {
            try begin(reading)
            for (index, block) in try reading.member("content").elements().enumerated() {
                _ = try addBlock(block, at: index)
            }
            try end(reading)
        } catch {
            throw .malformed(error.description)
        }
        guard hasEnded else { throw .malformed("there is no reason to stop in it") }
    }

    /// Whether the answer has given its reason to stop.
    var hasEnded: Bool { stopReason != nil }

    mutating func begin(_ message: JSONReading) throws(ModelJSONError) {
        guard message.value.objectValue != nil else { throw message.fault("an object") }
        if let id = try message.optional("id")?.string(), !id.isEmpty { responseID = id }
        if let name = try message.optional("model")?.string() { model = name }
        usage.add(message.value["usage"])
    }

    /// Adds a block and returns the text it brought.
    mutating func addBlock(_ block: JSONReading, at index: Int) throws(ModelJSONError) -> String {
        guard blocks.count < Self.maximumBlocks else { throw block.fault("at most \(Self.maximumBlocks) blocks") }
        guard !blocks.contains(where: { $0.index == index }) else { throw block.fault("a block of another index") }
        let added: Block
        switch try block.member("type").string() {
        case "text": added = .text(try block.optional("text")?.string() ?? "")
        case "tool_use":
            guard blocks.count(where: { if case .call = $0.block { true } else { false } }) < ToolCallDraft.maximumCount
            else { throw block.fault("at most \(ToolCallDraft.maximumCount) tool calls") }
            let name = try block.member("name").string()
            guard !name.isEmpty else { throw block.member("name").fault("the name of a tool") }
            let call = ToolCallDraft(id: try block.member("id").string(), name: name)
            added = .call(call, given: block.value["input"] ?? [:])
        case "thinking":
            added = .thinking(
                try block.optional("thinking")?.string() ?? "",
                signature: try block.optional("signature")?.string() ?? ""
            )
        case "redacted_thinking": added = .redacted(block.value)
        default: added = .ignored
        }
        blocks.append((index, added))
        if case .text(let text) = added { return text }
        return ""
    }

    /// Adds a piece of a block and returns the text it brought.
    mutating func addDelta(_ delta: JSONReading, at index: Int) throws(ModelJSONError) -> String {
        guard let place = blocks.lastIndex(where: { $0.index == index }) else {
            throw delta.fault("a piece of a block that has begun")
        }
        switch (try delta.member("type").string(), blocks[place].block) {
        case ("text_delta", .text(let text)):
            let piece = try delta.member("text").string()
            blocks[place].block = .text(text + piece)
            return piece
        case ("input_json_delta", .call(var call, let given)):
            call.arguments += try delta.member("partial_json").string()
            blocks[place].block = .call(call, given: given)
        case ("thinking_delta", .thinking(let text, let signature)):
            blocks[place].block = .thinking(text + (try delta.member("thinking").string()), signature: signature)
        case ("signature_delta", .thinking(let text, let signature)):
            blocks[place].block = .thinking(text, signature: signature + (try delta.member("signature").string()))
        default: break
        }
        return ""
    }

    mutating func end(_ delta: JSONReading) throws(ModelJSONError) {
        if let reason = try delta.optional("stop_reason")?.string() { stopReason = reason }
    }

    mutating func addUsage(_ usage: JSONValue?) { self.usage.add(usage) }

    // MARK: The end

    /// The complete answer.
    ///
    /// - Precondition: `hasEnded`.
    func answer() throws(ModelError.Reason) -> ModelAnswer {
        guard let stopReason else { preconditionFailure("an answer is complete when it has its reason to stop") }
        return ModelAnswer(
            message: ModelMessage(role: .assistant, parts: blocks.compactMap { part($0.block) }),
            stopReason: AnthropicDraft.stopReason(stopReason),
            usage: usage.tokens,
            model: model,
            responseID: responseID
        )
    }

    private func part(_ block: Block) -> MessagePart? {
        switch block {
        case .text(let text): return text.isEmpty ? nil : .text(text)
        case .call(var call, let given):
            if call.arguments.isEmpty { call.arguments = given.text() }
            return .toolCall(call.call)
        case .thinking(let text, let signature):
            let block: JSONValue = [
                "type": "thinking", "thinking": .string(text), "signature": .string(signature),
            ]
            return .reasoning(text, opaque: signature.isEmpty ? nil : origin.wrap(block))
        case .redacted(let block): return .reasoning("", opaque: origin.wrap(block))
        case .ignored: return nil
        }
    }

    private static func stopReason(_ word: String) -> StopReason {
        switch word {
        case "end_turn", "stop_sequence": .end
        case "tool_use": .toolCalls
        case "max_tokens", "model_context_window_exceeded": .length
        case "refusal": .refusal
        case "pause_turn": .unfinished
        default: .other
        }
    }
}
