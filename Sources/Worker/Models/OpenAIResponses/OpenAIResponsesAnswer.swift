import JobModel

/// An answer as the object of OpenAI Responses says it.
struct OpenAIResponsesAnswer {
    let answer: ModelAnswer

    /// Reads a response that has ended.
    ///
    /// - Parameter items: Those that came one by one, for a provider that does not repeat them at the end.
    init(_ response: JSONValue, items: [JSONValue], origin: ReasoningOrigin) throws(ModelError.Reason) {
        if let error = response["error"], !error.isNull {
            let report = ProviderReport(error: error)
            throw .reported(type: report.type, message: report.message)
        }
        do {
            answer = try Self.read(JSONReading(response, at: "answer"), items, origin)
        } catch let fault as ModelJSONError {
            throw .malformed(fault.description)
        } catch let reason as ModelError.Reason {
            throw reason
        } catch {
            throw .malformed("\(error)")
        }
    }

    private static func read(
        _ response: JSONReading,
        _ given: [JSONValue],
        _ origin: ReasoningOrigin
    ) throws -> ModelAnswer {
        let status = try response.member("status").string()
        guard ["completed", "incomplete"].contains(status) else {
            throw ModelError.Reason.reported(type: nil, message: "the answer ended as \(status)")
        }
        var items = try response.optional("output")?.elements() ?? []
        if items.isEmpty { items = given.map { JSONReading($0, at: "item") } }
        var parts: [MessagePart] = []
        var hasRefusal = false
        for item in items {
            switch try item.member("type").string() {
            case "message": try parts.append(contentsOf: texts(of: item, &hasRefusal))
            case "function_call": parts.append(.toolCall(try call(item)))
            case "reasoning": parts.append(try reasoning(item, origin))
            default: break
            }
        }
        let message = ModelMessage(role: .assistant, parts: parts)
        guard message.toolCalls.count <= ToolCallDraft.maximumCount else {
            throw ModelError.Reason.malformed("more than \(ToolCallDraft.maximumCount) tool calls")
        }
        let reason = response.value["incomplete_details"]?["reason"]?.stringValue
        return ModelAnswer(
            message: message,
            stopReason: stopReason(status, reason, hasCalls: !message.toolCalls.isEmpty, hasRefusal: hasRefusal),
            usage: TokenUsage(responses: response.value["usage"]),
            model: try response.optional("model")?.string() ?? "",
            responseID: try response.optional("id")?.string()
        )
    }

    private static func texts(of item: JSONReading, _ hasRefusal: inout Bool) throws(ModelJSONError) -> [MessagePart] {
        var text = ""
        for content in try item.member("content").elements() {
            if let refusal = try content.optional("refusal")?.string() {
                hasRefusal = true
                text += refusal
            } else {
                text += try content.optional("text")?.string() ?? ""
            }
        }
        return text.isEmpty ? [] : [.text(text)]
    }

    private static func call(_ item: JSONReading) throws(ModelJSONError) -> ToolCall {
        let name = try item.member("name").string()
        guard !name.isEmpty else { throw item.member("name").fault("the name of a tool") }
        return ToolCall(
            id: try item.member("call_id").string(),
            name: name,
            arguments: ToolArguments(text: try item.optional("arguments")?.string() ?? "")
        )
    }

    private static func reasoning(_ item: JSONReading, _ origin: ReasoningOrigin) throws(ModelJSONError) -> MessagePart
    {
        var texts: [String] = []
        for key in ["summary", "content"] {
            for piece in try item.optional(key)?.elements() ?? [] {
                if let text = try piece.optional("text")?.string() { texts.append(text) }
            }
        }
        let isGivenBack = item.optional("encrypted_content") != nil
        return .reasoning(texts.joined(separator: "\n\n"), opaque: isGivenBack ? origin.wrap(item.value) : nil)
    }

    private static func stopReason(
        _ status: String,
        _ reason: String?,
        hasCalls: Bool,
        hasRefusal: Bool
    ) -> StopReason {
        switch (status, reason) {
        case ("incomplete", "max_output_tokens"): .length
        case ("incomplete", "content_filter"): .contentFilter
        case ("incomplete", _): .unfinished
        default: hasCalls ? .toolCalls : hasRefusal ? .refusal : .end
        }
    }
}
