import JobModel

/// An answer of Chat Completions on its way to being complete.
struct OpenAIChatDraft {
    private struct Call {
        var index: Int64?
        var id: String
        var name: String
        var arguments = ""
    }

    /// The most tool calls of one answer.
    private static let maximumCalls = 256

    private var text = ""
    private var refusal = ""
    private var reasoning = ""
    private var calls: [Call] = []
    private var finishReason: String?
    private var usage: TokenUsage?
    private var model = ""
    private var responseID: String?

    private let origin: ReasoningOrigin?
    private var namesReasoningContent = false
    private var details = ReasoningDetails()

    init(origin: ReasoningOrigin? = nil) { self.origin = origin }

    /// Reads an answer that came in one document.
    init(completion: JSONValue, origin: ReasoningOrigin? = nil) throws(ModelError.Reason) {
        self.init(origin: origin)
        _ = try add(completion, under: "message")
        guard hasEnded else { throw .malformed("there is no reason to stop in it") }
    }

    /// Whether the answer has given its reason to stop.
    var hasEnded: Bool { finishReason != nil }

    /// Adds a document of a stream, or the only one, and returns the text it brought.
    ///
    /// - Parameter key: Where the message stands in a choice.
    mutating func add(_ document: JSONValue, under key: String = "delta") throws(ModelError.Reason) -> String {
        guard document.objectValue != nil else { throw .malformed("a JSON object was expected") }
        let reading = JSONReading(document, at: "answer")
        if let error = reading.optional("error") {
            let report = ProviderReport(error: error.value)
            throw .reported(type: report.type, message: report.message)
        }
        do {
            return try add(reading, under: key)
        } catch {
            throw .malformed(error.description)
        }
    }

    private mutating func add(_ document: JSONReading, under key: String) throws(ModelJSONError) -> String {
        if let id = try document.optional("id")?.string(), !id.isEmpty { responseID = id }
        if let name = try document.optional("model")?.string(), !name.isEmpty { model = name }
        // Counts that cannot be read are as good as none: the answer itself is paid and stays.
        usage = TokenUsage(chat: document.value["usage"]) ?? usage
        for choice in try document.optional("choices")?.elements() ?? [] {
            guard choice.value["index"]?.integerValue ?? 0 == 0 else { continue }
            if let reason = try choice.optional("finish_reason")?.string() { finishReason = reason }
            guard let message = choice.optional(key) else { return "" }
            return try add(message: message)
        }
        return ""
    }

    private mutating func add(message: JSONReading) throws(ModelJSONError) -> String {
        let piece = try Self.text(message.optional("content"))
        text += piece
        let declined = try Self.text(message.optional("refusal"))
        refusal += declined
        // Two names for the same thing, by provider.
        let named = message.optional("reasoning_content")
        if named != nil { namesReasoningContent = true }
        reasoning += try Self.text(named ?? message.optional("reasoning"))
        details.add(message.value["reasoning_details"]?.arrayValue ?? [])
        for call in try message.optional("tool_calls")?.elements() ?? [] { try add(call: call) }
        return piece + declined
    }

    private static func text(_ content: JSONReading?) throws(ModelJSONError) -> String {
        guard let content else { return "" }
        guard content.value.arrayValue != nil else { return try content.string() }
        var text = ""
        for part in try content.elements() { text += try part.optional("text")?.string() ?? "" }
        return text
    }

    private mutating func add(call: JSONReading) throws(ModelJSONError) {
        let index = call.value["index"]?.integerValue
        let id = try call.optional("id")?.string() ?? ""
        let function = call.optional("function")
        let name = try function?.optional("name")?.string() ?? ""
        // Arguments are a text that holds JSON, but some send the JSON itself.
        let arguments = function?.optional("arguments").map { $0.value.stringValue ?? $0.value.text() } ?? ""
        if let place = place(index: index, id: id, name: name) {
            if calls[place].id.isEmpty { calls[place].id = id }
            if calls[place].name.isEmpty { calls[place].name = name }
            calls[place].arguments += arguments
        } else {
            guard calls.count < Self.maximumCalls else { throw call.fault("at most \(Self.maximumCalls) tool calls") }
            calls.append(Call(index: index, id: id, name: name, arguments: arguments))
        }
    }

    /// The call that a fragment belongs to, or nil for a new one.
    ///
    /// Fragments are told apart by index. Where a provider gives none, or the same to all, a new id together with a name
    /// begins a new call.
    private func place(index: Int64?, id: String, name: String) -> Int? {
        let place = index.map { index in calls.lastIndex { $0.index == index } } ?? calls.indices.last
        guard let place else { return nil }
        let begins = !name.isEmpty && !id.isEmpty && !calls[place].name.isEmpty && id != calls[place].id
        return begins ? nil : place
    }

    // MARK: The end

    /// The complete answer.
    ///
    /// - Precondition: `hasEnded`.
    func answer() throws(ModelError.Reason) -> ModelAnswer {
        guard let finishReason else { preconditionFailure("an answer is complete when it has its reason to stop") }
        guard finishReason != "error" else { throw .reported(type: nil, message: "the answer stopped with an error") }
        guard calls.allSatisfy({ !$0.name.isEmpty }) else { throw .malformed("a tool call has no name") }
        var parts: [MessagePart] = []
        if !reasoning.isEmpty || !details.isEmpty {
            parts.append(.reasoning(reasoning, opaque: opaqueReasoning))
        }
        if !(text + refusal).isEmpty { parts.append(.text(text + refusal)) }
        for (position, call) in calls.enumerated() {
            let id = call.id.isEmpty ? "call_\(responseID ?? "unnamed")_\(position)" : call.id
            parts.append(.toolCall(ToolCall(id: id, name: call.name, arguments: ToolArguments(text: call.arguments))))
        }
        return ModelAnswer(
            message: ModelMessage(role: .assistant, parts: parts),
            stopReason: stopReason(finishReason),
            usage: usage,
            model: model,
            responseID: responseID
        )
    }

    /// What has to be given back with the reasoning, by the name under which it came.
    private var opaqueReasoning: JSONValue? {
        if !details.isEmpty { return origin?.wrap(["reasoning_details": .array(details.values)]) }
        return namesReasoningContent ? origin?.wrap(["field": "reasoning_content"]) : nil
    }

    private func stopReason(_ word: String) -> StopReason {
        switch word {
        // Some say `stop` although they wait for tools.
        case "stop" where !calls.isEmpty: .toolCalls
        case "stop" where !refusal.isEmpty: .refusal
        case "stop": .end
        case "tool_calls", "function_call": .toolCalls
        case "length": .length
        case "content_filter": .contentFilter
        case "refusal": .refusal
        default: .other
        }
    }
}
