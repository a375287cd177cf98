import Checkpoints
import Digests
import JobModel

/// What the record of a call carries, so that later attempts find it again without reading the answer.
struct CallIndex: Equatable, Sendable {
    var lineage: SHA256Digest?
    var head: SHA256Digest
    /// The ids that the answer gave away.
    var ids: [String]
    /// How the answer's text begins.
    var opening = ""
    /// How the request ends.
    var end: RequestTexts.End?

    var json: JSONValue {
        var object: JSONObject = [
            "head": .string(head.hex), "ids": .array(ids.map { .string($0) }),
        ]
        if !opening.isEmpty { object["opening"] = .string(opening) }
        if let lineage { object["lineage"] = .string(lineage.hex) }
        if let end { object["request_end"] = end.json }
        return .object(object)
    }

    init(lineage: SHA256Digest?, head: SHA256Digest, ids: [String], opening: String = "", end: RequestTexts.End?) {
        self.opening = opening
        self.lineage = lineage
        self.head = head
        self.ids = ids
        self.end = end
    }

    init?(json: JSONValue) {
        guard let head = json["head"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
            let ids = json["ids"]?.arrayValue
        else { return nil }
        self.init(
            lineage: json["lineage"]?.stringValue.flatMap { SHA256Digest(hex: $0) },
            head: head,
            ids: ids.compactMap(\.stringValue),
            opening: json["opening"]?.stringValue ?? "",
            end: json["request_end"].flatMap(RequestTexts.End.init)
        )
    }
}
