/// Why what a provider sent is no answer.
package enum AnswerFault: Error, Equatable, CustomStringConvertible {
    case notJSON(excerpt: String)
    case notEvents(String)
    /// It is JSON, and has nothing of what answers of its kind have.
    case noAnswer(excerpt: String)
    /// The stream reported an error of the provider's.
    case reported(String)
    /// The stream ended, and not on its own terminator.
    case unfinished
    case tooLarge(limit: Int)

    package var description: String {
        switch self {
        case .notJSON(let excerpt): "what the provider sent is no JSON: \(excerpt)"
        case .notEvents(let reason): "what the provider sent is no event stream: \(reason)"
        case .noAnswer(let excerpt): "what the provider sent is JSON, and no answer: \(excerpt)"
        case .reported(let message): "the provider reported an error in its answer: \(message)"
        case .unfinished: "the provider's stream ended before its answer was complete"
        case .tooLarge(let limit): "the provider's answer has more than \(limit) bytes"
        }
    }
}
