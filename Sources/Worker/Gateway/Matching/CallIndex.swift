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
    /// The how manieth of its equals it is to people who decide about them; nil where nobody does.
    var occurrence: Int?
    /// What it is in a conversation that the provider keeps.
    var turn: KeptTurns.Turn?
    /// What it stands for when it is what was last read of a response that could change yet.
    var reads: EarlyReads.Kept?
    /// What it tells of the cost of another call.
    var told: AwaitedCosts.Told?
    /// Whether the last attempt had asked something else at that point; for people.
    var isDiverged = false

    var json: JSONValue {
        var object: JSONObject = [
            "head": .string(head.hex), "ids": .array(ids.map { .string($0) }),
        ]
        if !opening.isEmpty { object["opening"] = .string(opening) }
        if let lineage { object["lineage"] = .string(lineage.hex) }
        if let end { object["request_end"] = end.json }
        if let turn { object["turn"] = turn.json }
        if let reads { object["reads"] = reads.json }
        if let told { object["told"] = told.json }
        if let occurrence { object["occurrence"] = .integer(Int64(occurrence)) }
        if isDiverged { object["diverged"] = true }
        return .object(object)
    }

    init(
        lineage: SHA256Digest?,
        head: SHA256Digest,
        ids: [String],
        opening: String = "",
        end: RequestTexts.End?,
        occurrence: Int? = nil,
        turn: KeptTurns.Turn? = nil,
        reads: EarlyReads.Kept? = nil,
        told: AwaitedCosts.Told? = nil,
        isDiverged: Bool = false
    ) {
        self.opening = opening
        self.lineage = lineage
        self.head = head
        self.ids = ids
        self.end = end
        self.occurrence = occurrence
        self.turn = turn
        self.reads = reads
        self.told = told
        self.isDiverged = isDiverged
    }

    /// What a record, also of a named step, says of its number; nothing where it says none that can be.
    static func occurrence(_ carried: JSONValue) -> Int? {
        carried["occurrence"]?.integerValue.flatMap { $0 > 0 ? Int($0) : nil }
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
            end: json["request_end"].flatMap(RequestTexts.End.init),
            occurrence: Self.occurrence(json),
            turn: json["turn"].flatMap(KeptTurns.Turn.init),
            reads: json["reads"].flatMap(EarlyReads.Kept.init),
            told: json["told"].flatMap(AwaitedCosts.Told.init),
            isDiverged: json["diverged"]?.boolValue ?? false
        )
    }
}
