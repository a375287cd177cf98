/// A call as it is made on the wire: whose words, and of which kind.
package enum WireFormat: String, CaseIterable, Sendable {
    case chat, responses, embeddings, conversations
    case messages
    case countTokens = "count-tokens"
    case generate
    case streamGenerate = "stream-generate"
    case embedContent = "embed-content"

    /// Who invented the words; connections and errors have one, too.
    package enum Family: String, CaseIterable, Sendable {
        case openAI = "openai"
        case anthropic, gemini
    }

    package var family: Family {
        switch self {
        case .chat, .responses, .embeddings, .conversations: .openAI
        case .messages, .countTokens: .anthropic
        case .generate, .streamGenerate, .embedContent: .gemini
        }
    }

    /// Whether a call may cost money.
    package var isPaid: Bool {
        switch self {
        case .conversations, .countTokens: false
        case .chat, .responses, .embeddings, .messages, .generate, .streamGenerate, .embedContent: true
        }
    }

    /// The member of a request that grows with the conversation.
    var listKey: String? {
        switch self {
        case .chat, .messages: "messages"
        case .responses: "input"
        case .generate, .streamGenerate: "contents"
        case .embeddings, .conversations, .countTokens, .embedContent: nil
        }
    }
}
