import JobModel

/// An answer of Gemini on its way to being complete.
struct GeminiDraft {
    private let origin: ReasoningOrigin
    private var parts: [MessagePart] = []
    /// Whether the last part may still grow.
    private var lastIsOpen = false
    private var callCount = 0
    private var finishReason: String?
    private var blockReason: String?
    private var usage: TokenUsage?
    private var model = ""
    private var responseID: String?

    /// The most parts of one answer.
    private static let maximumParts = 4096

    init(origin: ReasoningOrigin) { self.origin = origin }

    /// Whether the answer has given its reason to stop.
    var hasEnded: Bool { finishReason != nil || blockReason != nil }

    /// Adds a document of a stream, or the only one, and returns the text it brought.
    mutating func add(_ document: JSONValue) throws(ModelError.Reason) -> String {
        guard document.objectValue != nil else { throw .malformed("a JSON object was expected") }
        if let error = document["error"] {
            let report = ProviderReport(error: error)
            throw .reported(type: report.type, message: report.message)
        }
        do {
            return try add(JSONReading(document, at: "answer"))
        } catch {
            throw .malformed(error.description)
        }
    }

    private mutating func add(_ document: JSONReading) throws(ModelJSONError) -> String {
        if let id = try document.optional("responseId")?.string() { responseID = id }
        if let name = try document.optional("modelVersion")?.string() { model = name }
        usage = TokenUsage(gemini: document.value["usageMetadata"]) ?? usage
        if let reason = try document.optional("promptFeedback")?.optional("blockReason")?.string() {
            blockReason = reason
        }
        var text = ""
        for candidate in try document.optional("candidates")?.elements() ?? [] {
            guard candidate.value["index"]?.integerValue ?? 0 == 0 else { continue }
            for part in try candidate.optional("content")?.optional("parts")?.elements() ?? [] {
                text += try add(part: part)
            }
            if let reason = try candidate.optional("finishReason")?.string() { finishReason = reason }
        }
        return text
    }

    private mutating func add(part: JSONReading) throws(ModelJSONError) -> String {
        guard parts.count < Self.maximumParts else { throw part.fault("at most \(Self.maximumParts) parts") }
        let signature = try part.optional("thoughtSignature")?.string()
        if let call = part.optional("functionCall") {
            addSignature(signature)
            try add(call: call)
            return ""
        }
        guard let text = try part.optional("text")?.string() else { return "" }
        if try part.optional("thought")?.bool() ?? false {
            if lastIsOpen, case .reasoning(let before, nil) = parts.last {
                parts[parts.count - 1] = .reasoning(before + text, opaque: nil)
            } else {
                parts.append(.reasoning(text, opaque: nil))
                lastIsOpen = true
            }
            return ""
        }
        if signature == nil, lastIsOpen, case .text(let before) = parts.last {
            parts[parts.count - 1] = .text(before + text)
        } else if signature != nil || !text.isEmpty {
            addSignature(signature)
            parts.append(.text(text))
            lastIsOpen = signature == nil
        }
        return text
    }

    /// Notes what is to be given back together with the part that follows.
    private mutating func addSignature(_ signature: String?) {
        lastIsOpen = false
        guard let signature else { return }
        parts.append(.reasoning("", opaque: origin.wrap(["signature": .string(signature)])))
    }

    private mutating func add(call: JSONReading) throws(ModelJSONError) {
        callCount += 1
        guard callCount <= ToolCallDraft.maximumCount else {
            throw call.fault("at most \(ToolCallDraft.maximumCount) tool calls")
        }
        let name = try call.member("name").string()
        guard !name.isEmpty else { throw call.member("name").fault("the name of a tool") }
        let given = try call.optional("id")?.string() ?? ""
        let id = given.isEmpty ? "call_\(responseID ?? "unnamed")_\(callCount)" : given
        let arguments = call.optional("args")?.value ?? [:]
        parts.append(.toolCall(ToolCall(id: id, name: name, arguments: .json(arguments))))
    }

    // MARK: The end

    /// The complete answer.
    func answer() throws(ModelError.Reason) -> ModelAnswer {
        guard let word = finishReason ?? blockReason.map({ _ in "SAFETY" }) else {
            throw .malformed("there is no reason to stop in it")
        }
        guard !Self.brokenReasons.contains(word) else {
            throw .malformed("the model wrote what is no answer (\(word))")
        }
        var parts = parts
        if parts.isEmpty, let blockReason { parts = [.text("The prompt was blocked: \(blockReason)")] }
        let stopReason = stopReason(word)
        guard !parts.isEmpty || ![.unfinished, .other].contains(stopReason) else {
            throw .malformed("the model stopped without an answer (\(word))")
        }
        return ModelAnswer(
            message: ModelMessage(role: .assistant, parts: parts),
            stopReason: stopReason,
            usage: usage,
            model: model,
            responseID: responseID
        )
    }

    /// What is said of answers that the provider itself could not read: what came of them is not to be used.
    private static let brokenReasons: Set<String> = [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
    ]

    private func stopReason(_ word: String) -> StopReason {
        switch word {
        case "STOP": callCount > 0 ? .toolCalls : .end
        case "MAX_TOKENS": .length
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "LANGUAGE":
            .contentFilter
        case "OTHER": .unfinished
        default: .other
        }
    }
}
