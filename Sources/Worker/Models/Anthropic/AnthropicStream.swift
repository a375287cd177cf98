import HTTPTransport
import JobModel

/// Puts an answer together from the events of an Anthropic Messages stream; its terminator is `message_stop`.
struct AnthropicStream: AnswerStream {
    private var draft: AnthropicDraft
    private var sawEvent = false

    init(origin: ReasoningOrigin) { draft = AnthropicDraft(origin: origin) }

    mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress {
        sawEvent = true
        let document = try ModelExchange.json(of: event)
        do {
            return try read(JSONReading(document, at: "event"), named: event.event)
        } catch let fault as ModelJSONError {
            throw .malformed(fault.description)
        } catch let reason as ModelError.Reason {
            throw reason
        } catch {
            throw .malformed("\(error)")
        }
    }

    private mutating func read(_ event: JSONReading, named name: String) throws -> AnswerProgress {
        switch event.value["type"]?.stringValue ?? name {
        case "message_start": try draft.begin(event.member("message"))
        case "content_block_start":
            return .text(try draft.addBlock(event.member("content_block"), at: event.member("index").count()))
        case "content_block_delta":
            return .text(try draft.addDelta(event.member("delta"), at: event.member("index").count()))
        case "message_delta":
            try draft.end(event.member("delta"))
            draft.addUsage(event.value["usage"])
        case "message_stop":
            guard draft.hasEnded else { throw ModelError.Reason.cutStream("it ended without a reason to stop") }
            return .complete(try draft.answer())
        case "error":
            let report = ProviderReport(error: event.value["error"] ?? event.value)
            throw ModelError.Reason.reported(type: report.type, message: report.message)
        // `ping`, `content_block_stop`, and what is added later.
        default: break
        }
        return .text("")
    }

    func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer {
        guard sawEvent else { throw .malformed("there is no event in it") }
        throw .cutStream(draft.hasEnded ? "its terminator is missing" : "it ended in the middle")
    }
}
