import HTTPTransport
import JobModel

/// Puts an answer together from the events of an OpenAI Responses stream.
///
/// Its terminator is `response.completed` or `response.incomplete`, which repeats the whole answer.
struct OpenAIResponsesStream: AnswerStream {
    /// The most items of one answer.
    private static let maximumItems = 1024

    private let origin: ReasoningOrigin
    private var items: [JSONValue] = []
    private var sawEvent = false

    init(origin: ReasoningOrigin) { self.origin = origin }

    mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress {
        // Some end with this, behind their own terminator.
        if event.data == "[DONE]" { return .text("") }
        sawEvent = true
        let document = try ModelExchange.json(of: event)
        guard document.objectValue != nil else { throw .malformed("a JSON object was expected") }
        switch document["type"]?.stringValue ?? event.event {
        case "response.output_text.delta", "response.refusal.delta":
            return .text(document["delta"]?.stringValue ?? "")
        case "response.output_item.done":
            guard items.count < Self.maximumItems else { throw .malformed("more than \(Self.maximumItems) items") }
            if let item = document["item"] { items.append(item) }
        case "response.completed", "response.incomplete", "response.failed":
            guard let response = document["response"] else { throw .malformed("expected an object at event.response") }
            return .complete(try OpenAIResponsesAnswer(response, items: items, origin: origin).answer)
        case "error":
            let report = ProviderReport(error: document["error"] ?? document)
            throw .reported(type: report.type, message: report.message)
        default: break
        }
        return .text("")
    }

    func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer {
        guard sawEvent else { throw .malformed("there is no event in it") }
        throw .cutStream("it ended in the middle")
    }
}
