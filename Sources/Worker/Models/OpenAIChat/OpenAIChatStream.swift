package import HTTPTransport
import JobModel

/// Puts an answer together from the events of a Chat Completions stream.
///
/// The answer is complete when the stream has given its reason to stop *and* its terminator, `[DONE]`; whatever ends
/// before is cut.
package struct OpenAIChatStream {
    private var draft: OpenAIChatDraft
    private var sawEvent = false

    /// An answer of which nothing has come.
    package init() { draft = OpenAIChatDraft() }

    init(origin: ReasoningOrigin) { draft = OpenAIChatDraft(origin: origin) }

    /// Reads the next event.
    package mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress {
        sawEvent = true
        if event.data == "[DONE]" {
            guard draft.hasEnded else { throw .cutStream("it ended without a reason to stop") }
            return .complete(try draft.answer())
        }
        let chunk = try ModelExchange.json(of: event)
        if event.event == "error" {
            let report = ProviderReport(error: chunk["error"] ?? chunk)
            throw .reported(type: report.type, message: report.message)
        }
        return .text(try draft.add(chunk))
    }

    /// Says why a body that ended without a complete answer is none.
    package func bodyEnded() -> ModelError.Reason {
        guard sawEvent else { return .malformed("there is no event in it") }
        return .cutStream(draft.hasEnded ? "its terminator is missing" : "it ended in the middle")
    }
}

extension OpenAIChatStream: AnswerStream {
    package func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer { throw bodyEnded() }
}
