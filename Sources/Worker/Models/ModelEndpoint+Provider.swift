package import HTTPTransport

extension ModelEndpoint.Kind {
    /// The provider that speaks these words.
    package func provider(client: HTTPClient = .shared) -> any ModelProvider {
        switch self {
        case .openAI, .openAICompatible: OpenAIChatProvider(client: client)
        }
    }
}
