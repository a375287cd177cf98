import HTTPTransport
import JobModel

/// Puts an answer together from the events of a Gemini stream.
///
/// It has no event of its own at the end: the answer is complete when it has given its reason to stop and the body ends in
/// order.
struct GeminiStream: AnswerStream {
    private var draft: GeminiDraft
    private var sawEvent = false

    init(origin: ReasoningOrigin) { draft = GeminiDraft(origin: origin) }

    mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress {
        sawEvent = true
        return .text(try draft.add(try ModelExchange.json(of: event)))
    }

    func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer {
        guard sawEvent else { throw .malformed("there is no event in it") }
        guard draft.hasEnded else { throw .cutStream("it ended in the middle") }
        return try draft.answer()
    }
}
