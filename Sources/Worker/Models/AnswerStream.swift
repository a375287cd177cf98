package import HTTPTransport

/// What an event of a streamed answer led to.
package enum AnswerProgress: Equatable, Sendable {
    /// A further piece of the answer's text, perhaps empty.
    case text(String)
    /// The answer has come to its own end.
    case complete(ModelAnswer)
}

/// Puts an answer together from the events of a stream.
package protocol AnswerStream {
    /// Reads the next event.
    mutating func eventArrived(_ event: ServerSentEvent) throws(ModelError.Reason) -> AnswerProgress

    /// The answer when the body ends and no event completed it; throws what is missing.
    func answerAtEnd() throws(ModelError.Reason) -> ModelAnswer
}

extension ModelEndpoint {
    /// An answer of which nothing has come, from a model that answers by server-sent events; nil for Bedrock, which does not.
    package func answerStream(model: String) -> (any AnswerStream)? {
        let origin = ReasoningOrigin(self, model: model)
        return switch kind {
        case .openAI, .openAICompatible, .azureOpenAI: OpenAIChatStream(origin: origin)
        case .openAIResponses: OpenAIResponsesStream(origin: origin)
        case .anthropic: AnthropicStream(origin: origin)
        case .gemini: GeminiStream(origin: origin)
        case .bedrock: nil
        }
    }
}
