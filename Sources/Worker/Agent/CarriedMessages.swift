import Checkpoints
import Digests
import JobModel
import Models

/// What the record of a turn repeats of the messages before it.
///
/// A conversation of n turns must take O(n) bytes, so what stands in another record is repeated only where it is small: the
/// answer of the turn before, from which that one's damaged record is mended, up to `largestAnswer`; a larger one lies in a
/// blob, which is named. Of the tools' results only the beginning is repeated. What stands nowhere else, such as the
/// prompt, is kept whole.
enum CarriedMessages {
    /// The largest answer that is repeated, as JSON text in bytes.
    static let largestAnswer = 3072
    /// How much is repeated of each tool's result, in bytes.
    static let resultByteCount = 256
    /// Names the turn whose answer a message is.
    private static let answered = "answered"
    /// Names the blob of an answer that is not repeated.
    private static let whole = "whole"

    /// - Parameters:
    ///   - previous: The fingerprint of the turn whose answer comes first; nil for the first turn.
    ///   - recorded: That answer as its record holds it; a large one has a blob of its own.
    static func json(_ added: [ModelMessage], after previous: Fingerprint?, recorded: JSONValue?) -> JSONValue {
        .array(
            added.enumerated().map { place, message in
                if place == 0, let previous, message.role == .assistant { return answer(message, previous, recorded) }
                return ModelMessage(role: message.role, parts: message.parts.map(shortened)).json
            }
        )
    }

    /// The answer of a turn, out of what the record of the next one repeats; nil when it does not.
    static func answer(in carried: JSONValue, of fingerprint: Fingerprint) -> ModelMessage? {
        guard let first = carried.arrayValue?.first, first[answered]?.stringValue == fingerprint.hex,
            first[whole] == nil,
            let message = try? ModelMessage(json: first),  // What does not read as a message carries no answer.
            message.role == .assistant
        else { return nil }
        return message
    }

    /// The blob that holds the answer of a turn as it was recorded; nil where the next one's record names none.
    static func blob(in carried: JSONValue, of fingerprint: Fingerprint) -> BlobReference? {
        guard let first = carried.arrayValue?.first, first[answered]?.stringValue == fingerprint.hex,
            let digest = first[whole]?["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
            let count = first[whole]?["bytes"]?.integerValue
        else { return nil }
        return BlobReference(digest: digest, byteCount: Int(count))
    }

    private static func answer(_ message: ModelMessage, _ previous: Fingerprint, _ recorded: JSONValue?) -> JSONValue {
        let json = message.json
        let isSmall = json.encoded().count <= largestAnswer
        let shown = isSmall ? json : ModelMessage.assistant("[as answered in the turn before]").json
        guard case .object(var fields) = shown else { return shown }
        if isSmall || recorded != nil { fields[answered] = .string(previous.hex) }
        if !isSmall, let recorded {
            let blob = BlobReference(of: recorded.encoded())
            fields[whole] = ["sha256": .string(blob.digest.hex), "bytes": .integer(Int64(blob.byteCount))]
        }
        return .object(fields)
    }

    private static func shortened(_ part: MessagePart) -> MessagePart {
        guard case .toolResult(var result) = part, result.text.utf8.count > resultByteCount else { return part }
        let slice = TextSlice(of: Array(result.text.utf8.prefix(resultByteCount + 4)), from: 0, atMost: resultByteCount)
        result.text = "\(slice.text)… [\(result.text.utf8.count) bytes, see the call's own step]"
        return .toolResult(result)
    }
}
