import Checkpoints
import Digests
import JobModel

/// A file that a call has written, as the record of the call names it.
///
/// A later attempt takes the call from its record, and what an agent that is a tool did inside of it is not gone through
/// again. Nor do the arguments that the model gave say it, where a person has changed them.
struct WrittenFile: Equatable, Sendable {
    /// Where a call's result names its files.
    private static let field = "files"

    let name: String
    let blob: BlobReference
    /// The call that wrote it: the recorded one, or one inside of it.
    let position: StepPosition

    /// Puts files into the result of the call that is their outermost.
    static func add(_ files: [WrittenFile], to result: inout JSONObject) {
        guard !files.isEmpty else { return }
        result[field] = .array(files.map(\.json))
    }

    /// The files that a result names; nil where it names none.
    static func all(in result: JSONValue) -> [WrittenFile]? {
        result[field]?.arrayValue?.compactMap { WrittenFile($0) }
    }

    private var json: JSONValue {
        [
            "path": .string(name), "sha256": .string(blob.digest.hex), "bytes": .integer(Int64(blob.byteCount)),
            "at": .string("\(position)"),
        ]
    }

    init(name: String, blob: BlobReference, position: StepPosition) {
        self.name = name
        self.blob = blob
        self.position = position
    }

    private init?(_ json: JSONValue) {
        guard let name = json["path"]?.stringValue, let bytes = json["bytes"]?.integerValue,
            let digest = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
            let position = json["at"]?.stringValue.flatMap({ StepPosition($0) })
        else { return nil }
        self.init(name: name, blob: BlobReference(digest: digest, byteCount: Int(bytes)), position: position)
    }
}
