import JobModel

/// A call as it is made on the wire: whose words, and of which kind.
package enum WireFormat: String, CaseIterable, Sendable {
    case chat, responses, embeddings, conversations
    /// Whatever is changed in a conversation that the provider keeps: items are added, it or one of them is deleted.
    case conversationChange = "conversation-change"
    /// What is read of such a conversation: it grows, so what a program has read is recorded too.
    case conversationRead = "conversation-read"
    case messages
    case countTokens = "count-tokens"
    case generate
    case streamGenerate = "stream-generate"
    case embedContent = "embed-content"
    case countGemini = "count-gemini-tokens"

    /// Who invented the words; connections and errors have one, too.
    package enum Family: String, CaseIterable, Sendable {
        case openAI = "openai"
        case anthropic, gemini
    }

    package var family: Family {
        switch self {
        case .chat, .responses, .embeddings, .conversations, .conversationChange, .conversationRead: .openAI
        case .messages, .countTokens: .anthropic
        case .generate, .streamGenerate, .embedContent, .countGemini: .gemini
        }
    }

    /// Whether a call may cost money.
    package var isPaid: Bool {
        switch self {
        case .conversations, .conversationChange, .conversationRead, .countTokens, .countGemini: false
        case .chat, .responses, .embeddings, .messages, .generate, .streamGenerate, .embedContent: true
        }
    }

    /// Whether something is lost, or happens twice, when a call whose outcome is unknown is made again: it is a step of its job.
    var hasIntent: Bool { isPaid || self == .conversationChange }

    /// Whether the path says what a call is about.
    var isToldByPath: Bool { self == .conversationChange || self == .conversationRead }

    /// Whether an error in an answer is a part of what was asked for: that of a tool, in an item that is read.
    func holdsErrors(_ json: JSONValue) -> Bool { self == .conversationRead && isAnswer(json) }

    /// Whether a document, or a part of one, has what answers of this kind have.
    func isAnswer(_ json: JSONValue) -> Bool {
        switch self {
        case .chat: json["choices"]?.arrayValue != nil
        case .responses: json["output"]?.arrayValue != nil
        case .embeddings: json["data"]?.arrayValue != nil
        case .conversations: json["id"]?.stringValue != nil
        // One conversation or item, or a list of items.
        case .conversationChange, .conversationRead: json["id"]?.stringValue != nil || json["data"]?.arrayValue != nil
        case .messages: json["content"]?.arrayValue != nil
        case .countTokens: json["input_tokens"]?.integerValue != nil
        case .generate, .streamGenerate: json["candidates"]?.arrayValue != nil || json["promptFeedback"] != nil
        case .embedContent: json["embedding"] != nil || json["embeddings"] != nil
        case .countGemini: json["totalTokens"]?.integerValue != nil
        }
    }

    /// The member of a request that grows with the conversation.
    var listKey: String? {
        switch self {
        case .chat, .messages: "messages"
        case .responses: "input"
        case .conversationChange: "items"
        case .generate, .streamGenerate: "contents"
        case .embeddings, .conversations, .conversationRead, .countTokens, .embedContent, .countGemini: nil
        }
    }
}
