import Checkpoints
import Digests
import JobModel
import Synchronization
import Tools

/// The results of a conversation's tools that are too long to be shown whole.
///
/// The model gets the head and the position of the call, and reads on from there with `read_result`. The whole text is a
/// blob, to which the record of the step refers; so a later attempt finds it again.
final class ResultShelf: Sendable {
    /// The most bytes of a result that a model is shown at once: 64 KiB.
    static let shownByteCount = 64 << 10

    private let steps: JobSteps
    private let references = Mutex<[String: BlobReference]>([:])

    init(steps: JobSteps) { self.steps = steps }

    /// The result of a tool's step, its text cut and kept elsewhere when it is long.
    func value(of output: ToolOutput, at position: StepPosition) async throws -> JSONObject {
        var value: JSONObject = ["text": .string(output.text), "is_error": .bool(output.isError)]
        let bytes = Array(steps.redacted(output.text).utf8)
        guard bytes.count > Self.shownByteCount else { return value }
        let blob = try await steps.keep(bytes)
        let head = TextSlice(of: bytes, from: 0, atMost: Self.shownByteCount)
        value["text"] = .string(
            "\(head.text)\n[cut: the first \(head.end) of \(bytes.count) bytes; go on with read_result, "
                + "result \(position), offset \(head.end)]"
        )
        value["whole"] = ["sha256": .string(blob.digest.hex), "bytes": .integer(Int64(blob.byteCount))]
        return value
    }

    /// Notes where the whole of a step's result lies, if it is somewhere else.
    func note(_ value: JSONValue, at position: StepPosition) {
        guard let whole = value["whole"], let bytes = whole["bytes"]?.integerValue,
            let digest = whole["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
        else { return }
        references.withLock { $0["\(position)"] = BlobReference(digest: digest, byteCount: Int(bytes)) }
    }

    /// The bytes of a long result; nil when there is none of that name.
    func bytes(of name: String) async throws -> [UInt8]? {
        guard let reference = references.withLock({ $0[name] }) else { return nil }
        return try await steps.kept(reference)
    }

    var names: [String] { references.withLock { $0.keys.sorted() } }
}

/// A part of a text, cut between characters.
struct TextSlice {
    let text: String
    /// Where the next part begins.
    let end: Int

    init(of bytes: [UInt8], from offset: Int, atMost count: Int) {
        let begin = Self.boundary(in: bytes, at: min(offset, bytes.count))
        end = Self.boundary(in: bytes, at: min(begin + count, bytes.count))
        text = String(decoding: bytes[begin..<max(begin, end)], as: UTF8.self)
    }

    /// The place itself, or the one before it at which a character begins.
    private static func boundary(in bytes: [UInt8], at place: Int) -> Int {
        var place = place
        while place > 0, place < bytes.count, bytes[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}
