import HTTPTransport

/// What an event of a streamed answer led to.
package enum AnswerProgress: Equatable, Sendable {
    /// A further piece of the answer's text, perhaps empty.
    case text(String)
    /// The answer has come to its own end.
    case complete(ModelAnswer)
}

/// Puts an answer together from the events of a stream.
protocol AnswerStream {
    /// Reads the next event.
    mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress

    /// The answer when the body ends and no event completed it; throws what is missing.
    func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer
}
