import JobModel

/// A call as it is made on the wire: whose words, and of which kind.
package enum WireFormat: String, CaseIterable, Sendable {
    case chat, responses, embeddings, conversations
    /// Text that goes on from a text: what models were asked by before they had conversations, and servers of open models still are.
    case completions
    /// Whether a text is harmful, which costs nothing.
    case moderations
    /// A conversation is made shorter by a model.
    case compact
    case countResponses = "count-response-tokens"
    /// Whatever is changed of what the provider keeps: items are added to a conversation, it or one of them is deleted; a response is
    /// cancelled or deleted. The word is older than the responses, and in the fingerprints of what is recorded.
    case keptChange = "conversation-change"
    /// What is read of a conversation, or of what went into a response: a conversation grows, so what a program has read is recorded too.
    case keptRead = "conversation-read"
    /// What is read of a response: recorded once it changes no more, since it may be deleted then.
    case responseRead = "response-read"
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
        case .chat, .responses, .compact, .countResponses, .responseRead, .embeddings, .conversations,
            .completions, .moderations, .keptChange, .keptRead:
            .openAI
        case .messages, .countTokens: .anthropic
        case .generate, .streamGenerate, .embedContent, .countGemini: .gemini
        }
    }

    /// Whether a call may cost money.
    package var isPaid: Bool {
        switch self {
        case .conversations, .moderations, .keptChange, .keptRead, .responseRead, .countResponses, .countTokens,
            .countGemini:
            false
        case .chat, .responses, .compact, .completions, .embeddings, .messages, .generate, .streamGenerate,
            .embedContent:
            true
        }
    }

    /// Whether something is lost, or happens twice, when a call whose outcome is unknown is made again: it is a step of its job.
    var hasIntent: Bool { isPaid || self == .keptChange }

    /// Whether the path says what a call is about.
    var isToldByPath: Bool { self == .keptChange || self == .keptRead || self == .responseRead }

    /// Whether an error in an answer is a part of what was asked for: that of a tool, in an item that is read, or of a response.
    func holdsErrors(_ json: JSONValue) -> Bool { isToldByPath && isAnswer(json) }

    /// Whether an answer of this kind is recorded: not where it may be another one the next time.
    func isLasting(_ summary: AnswerSummary) -> Bool { self != .responseRead || summary.isFinal }

    /// Whether a document, or a part of one, has what answers of this kind have.
    func isAnswer(_ json: JSONValue) -> Bool {
        switch self {
        case .chat, .completions: json["choices"]?.arrayValue != nil
        case .moderations: json["results"]?.arrayValue != nil
        case .responses, .compact: json["output"]?.arrayValue != nil
        case .embeddings: json["data"]?.arrayValue != nil
        case .conversations, .responseRead: json["id"]?.stringValue != nil
        // One conversation or item, or a list of items.
        case .keptChange, .keptRead: json["id"]?.stringValue != nil || json["data"]?.arrayValue != nil
        case .messages: json["content"]?.arrayValue != nil
        case .countTokens, .countResponses: json["input_tokens"]?.integerValue != nil
        case .generate, .streamGenerate: json["candidates"]?.arrayValue != nil || json["promptFeedback"] != nil
        case .embedContent: json["embedding"] != nil || json["embeddings"] != nil
        case .countGemini: json["totalTokens"]?.integerValue != nil
        }
    }

    /// The member of a request that grows with the conversation.
    var listKey: String? {
        switch self {
        case .chat, .messages: "messages"
        case .responses, .compact: "input"
        case .keptChange: "items"
        case .generate, .streamGenerate: "contents"
        case .embeddings, .conversations, .completions, .moderations, .keptRead, .responseRead, .countResponses,
            .countTokens, .embedContent, .countGemini:
            nil
        }
    }
}
