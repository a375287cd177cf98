package import HTTPTransport

extension ModelEndpoint.Kind {
    /// The provider that speaks these words.
    package func provider(client: HTTPClient = .shared) -> any ModelProvider {
        switch self {
        case .openAI, .openAICompatible, .azureOpenAI: OpenAIChatProvider(client: client)
        case .openAIResponses: OpenAIResponsesProvider(client: client)
        case .anthropic: AnthropicProvider(client: client)
        case .gemini: GeminiProvider(client: client)
        case .bedrock: BedrockProvider(client: client)
        }
    }
}
