import Checkpoints
import JobModel
import Models

/// What the record of a turn repeats of the messages before it.
///
/// A conversation of n turns must take O(n) bytes, so what stands in another record is repeated only where it is small: the
/// answer of the turn before, from which that one's damaged record is mended, up to `largestAnswer`; of the tools' results
/// only the beginning. What stands nowhere else, such as the prompt, is kept whole.
enum CarriedMessages {
    /// The largest answer that is repeated, as JSON text in bytes.
    static let largestAnswer = 3072
    /// How much is repeated of each tool's result, in bytes.
    static let resultByteCount = 256
    /// Names the turn whose answer a message is.
    private static let answered = "answered"

    /// - Parameter previous: The fingerprint of the turn whose answer comes first; nil for the first turn.
    static func json(_ added: [ModelMessage], after previous: Fingerprint?) -> JSONValue {
        .array(
            added.enumerated().map { place, message in
                if place == 0, let previous, message.role == .assistant { return answer(message, previous) }
                return ModelMessage(role: message.role, parts: message.parts.map(shortened)).json
            }
        )
    }

    /// The answer of a turn, out of what the record of the next one repeats; nil when it does not.
    static func answer(in carried: JSONValue, of fingerprint: Fingerprint) -> ModelMessage? {
        guard let first = carried.arrayValue?.first, first[answered]?.stringValue == fingerprint.hex,
            let message = try? ModelMessage(json: first),  // What does not read as a message carries no answer.
            message.role == .assistant
        else { return nil }
        return message
    }

    private static func answer(_ message: ModelMessage, _ previous: Fingerprint) -> JSONValue {
        let json = message.json
        guard case .object(var fields) = json, json.encoded().count <= largestAnswer else {
            return ModelMessage.assistant("[as answered in the turn before]").json
        }
        fields[answered] = .string(previous.hex)
        return .object(fields)
    }

    private static func shortened(_ part: MessagePart) -> MessagePart {
        guard case .toolResult(var result) = part, result.text.utf8.count > resultByteCount else { return part }
        let slice = TextSlice(of: Array(result.text.utf8.prefix(resultByteCount + 4)), from: 0, atMost: resultByteCount)
        result.text = "\(slice.text)… [\(result.text.utf8.count) bytes, see the call's own step]"
        return .toolResult(result)
    }
}
