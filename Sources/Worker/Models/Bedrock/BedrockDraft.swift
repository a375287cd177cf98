import JobModel

/// An answer of Bedrock's Converse on its way to being complete.
///
/// Its terminator is `messageStop`; the usage comes behind it, in `metadata`.
struct BedrockDraft {
    private struct Block {
        let index: Int
        var text = ""
        var call: ToolCallDraft?
        var thoughts = ""
        var signature = ""
        var redacted: JSONValue?
        var isThinking: Bool { !thoughts.isEmpty || !signature.isEmpty }
    }

    /// The most blocks of one answer.
    private static let maximumBlocks = 1024

    private let origin: ReasoningOrigin
    private let model: String
    private let responseID: String?
    private var blocks: [Block] = []
    private var stopReason: String?
    private var sawMessage = false

    init(origin: ReasoningOrigin, model: String, responseID: String?) {
        self.origin = origin
        self.model = model
        self.responseID = responseID
    }

    /// Reads the next message.
    mutating func messageArrived(_ message: EventStreamMessage) throws(ModelError.Reason) -> AnswerProgress {
        sawMessage = true
        let document: JSONValue
        do {
            document = try JSONValue(parsing: message.payload)
        } catch {
            throw .malformed("\(error), in an event that begins \(ModelExchange.excerpt(message.payload))")
        }
        switch message.headers[":message-type"] {
        case "exception":
            throw .reported(
                type: message.headers[":exception-type"],
                message: ProviderReport(error: document).message
            )
        case "error":
            throw .reported(
                type: message.headers[":error-code"],
                message: message.headers[":error-message"] ?? ProviderReport(error: document).message
            )
        default: break
        }
        let progress: AnswerProgress
        do {
            progress = try eventArrived(message.headers[":event-type"] ?? "", JSONReading(document, at: "event"))
        } catch {
            throw .malformed(error.description)
        }
        if let stopReason, Self.brokenReasons.contains(stopReason) {
            throw .malformed("the model wrote what is no answer (\(stopReason))")
        }
        return progress
    }

    /// What is said of answers that the provider itself could not read: what came of them is not to be used.
    private static let brokenReasons: Set<String> = ["malformed_tool_use", "malformed_model_output"]

    private mutating func eventArrived(_ type: String, _ event: JSONReading) throws(ModelJSONError) -> AnswerProgress {
        switch type {
        case "contentBlockStart":
            let place = try place(of: event)
            guard let start = event.optional("start")?.optional("toolUse") else { break }
            guard blocks.count(where: { $0.call != nil }) < ToolCallDraft.maximumCount else {
                throw start.fault("at most \(ToolCallDraft.maximumCount) tool calls")
            }
            let name = try start.member("name").string()
            guard !name.isEmpty else { throw start.member("name").fault("the name of a tool") }
            blocks[place].call = ToolCallDraft(id: try start.member("toolUseId").string(), name: name)
        case "contentBlockDelta": return .text(try add(event.member("delta"), at: try place(of: event)))
        case "messageStop": stopReason = try event.member("stopReason").string()
        case "metadata" where stopReason != nil: return .complete(answer(usage: event.value["usage"]))
        default: break
        }
        return .text("")
    }

    private mutating func place(of event: JSONReading) throws(ModelJSONError) -> Int {
        let index = try event.member("contentBlockIndex").count()
        if let place = blocks.lastIndex(where: { $0.index == index }) { return place }
        guard blocks.count < Self.maximumBlocks else { throw event.fault("at most \(Self.maximumBlocks) blocks") }
        blocks.append(Block(index: index))
        return blocks.count - 1
    }

    private mutating func add(_ delta: JSONReading, at place: Int) throws(ModelJSONError) -> String {
        if let text = try delta.optional("text")?.string() {
            blocks[place].text += text
            return text
        }
        if let input = try delta.optional("toolUse")?.optional("input")?.string() {
            guard blocks[place].call != nil else { throw delta.fault("a piece of a tool call that has begun") }
            blocks[place].call?.arguments += input
        }
        if let thoughts = delta.optional("reasoningContent") {
            blocks[place].thoughts += try thoughts.optional("text")?.string() ?? ""
            blocks[place].signature += try thoughts.optional("signature")?.string() ?? ""
            blocks[place].redacted = thoughts.value["redactedContent"] ?? blocks[place].redacted
        }
        return ""
    }

    // MARK: The end

    /// The answer when the body has ended: complete when it has its terminator, though its usage is missing.
    func answerAtEnd(isInsideMessage: Bool) throws(ModelError.Reason) -> ModelAnswer {
        guard !isInsideMessage else { throw .cutStream("it ended in the middle of a message") }
        guard sawMessage else { throw .malformed("there is no event in it") }
        guard stopReason != nil else { throw .cutStream("it ended in the middle") }
        return answer(usage: nil)
    }

    private func answer(usage: JSONValue?) -> ModelAnswer {
        ModelAnswer(
            message: ModelMessage(role: .assistant, parts: blocks.flatMap(parts)),
            stopReason: Self.stopReason(stopReason ?? ""),
            usage: Self.usage(usage),
            model: model,
            responseID: responseID
        )
    }

    private func parts(of block: Block) -> [MessagePart] {
        var parts: [MessagePart] = []
        if block.isThinking {
            var content: JSONObject = ["text": .string(block.thoughts)]
            if !block.signature.isEmpty { content["signature"] = .string(block.signature) }
            let isGivenBack = !block.signature.isEmpty
            let opaque = isGivenBack ? origin.wrap(["reasoningText": .object(content)]) : nil
            parts.append(.reasoning(block.thoughts, opaque: opaque))
        }
        if let redacted = block.redacted {
            parts.append(.reasoning("", opaque: origin.wrap(["redactedContent": redacted])))
        }
        if !block.text.isEmpty { parts.append(.text(block.text)) }
        if let call = block.call { parts.append(.toolCall(call.call)) }
        return parts
    }

    private static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let fresh = usage?["inputTokens"]?.integerValue else { return nil }
        let read = usage?["cacheReadInputTokens"]?.integerValue ?? 0
        let written = usage?["cacheWriteInputTokens"]?.integerValue ?? 0
        return TokenUsage(
            reportedInput: TokenUsage.total(fresh, read, written),
            cachedInput: read,
            cacheWrite: written,
            output: usage?["outputTokens"]?.integerValue
        )
    }

    private static func stopReason(_ word: String) -> StopReason {
        switch word {
        case "end_turn", "stop_sequence": .end
        case "tool_use": .toolCalls
        case "max_tokens", "model_context_window_exceeded": .length
        case "guardrail_intervened", "content_filtered": .contentFilter
        case "refusal": .refusal
        default: .other
        }
    }
}
