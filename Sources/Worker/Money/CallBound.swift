import JobModel
import Models

/// The most tokens that a call to a model can take.
///
/// Tokens of text are never more than its bytes in UTF-8: tokenizers split bytes and add none. What a provider puts around
/// it (roles, the shape of tools, instructions of its own) is counted generously. The context of a model, where it is
/// known, bounds its input in any case.
struct CallBound: Equatable, Sendable {
    /// What a provider may add to a request of its own.
    static let tokensPerRequest = 1024
    /// What it may put around a message or a tool.
    static let tokensPerPiece = 64
    /// The most tokens of an image, where the model's price says nothing else.
    static let tokensPerImage = 6000

    /// The most input tokens; nil where nobody knows.
    let input: Int?
    /// The most output tokens; nil where nobody knows.
    let output: Int?

    init(_ request: ModelRequest, price: ModelPrice?) {
        output = request.maximumOutputTokens ?? price?.maximumOutput
        let tokens = Self.inputTokens(of: request, perImage: price?.tokensPerImage ?? Self.tokensPerImage)
        input = tokens.map { count in price?.context.map { min(count, $0) } ?? count } ?? price?.context
    }

    /// The most input tokens by what the request holds; nil when it holds a document, whose pages nobody has counted.
    private static func inputTokens(of request: ModelRequest, perImage: Int) -> Int? {
        var tokens = tokensPerRequest + (request.messages.count + request.tools.count) * tokensPerPiece
        for message in request.messages {
            for part in message.parts.map(\.json) {
                guard let mediaType = part["media_type"]?.stringValue else {
                    tokens += bytes(of: part)
                    continue
                }
                if mediaType.hasPrefix("image/") {
                    tokens += perImage
                } else if mediaType.hasPrefix("text/"), part["url"] == nil {
                    tokens += bytes(of: part) + Int(part["bytes"]?.integerValue ?? 0)
                } else {
                    return nil
                }
            }
        }
        var rest = request
        rest.messages = []
        tokens += bytes(of: rest.fingerprintFields) + bytes(of: .object(request.extra))
        return tokens
    }

    /// The bytes of all keys and values; nothing is left out.
    private static func bytes(of value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count + 2
        case .array(let values): values.reduce(2) { $0 + bytes(of: $1) + 1 }
        case .object(let object): object.reduce(2) { $0 + $1.key.utf8.count + 4 + bytes(of: $1.value) }
        case .null, .bool: 5
        case .integer, .number: 24
        }
    }
}
