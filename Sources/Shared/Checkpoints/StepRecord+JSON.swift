import Digests
import JobModel

extension StepRecord {
    /// The keys of a record, in the order in which they are written.
    ///
    /// Format, position and fingerprint come first: `RecordHead` reads them without the rest.
    private enum Key {
        static let format = "format"
        static let position = "position"
        static let fingerprint = "fingerprint"
        static let kind = "kind"
        static let epoch = "epoch"
        static let startedAt = "started_at_us"
        static let endedAt = "ended_at_us"
        static let effect = "effect"
        static let usage = "usage"
        static let cost = "cost_microdollars"
        static let request = "request"
        static let result = "result"
        static let carries = "carries"
        /// Follows the key of a value that is in a blob.
        static let blobSuffix = "_blob"
        static let digest = "sha256"
        static let byteCount = "bytes"
    }

    /// The record as it stands in a line.
    var json: JSONValue {
        var object: JSONObject = [
            Key.format: .integer(Int64(RecordLine.format)),
            Key.position: .string(position.description),
            Key.fingerprint: .string(fingerprint.hex),
            Key.kind: .string(kind.rawValue),
            Key.epoch: .integer(epoch.rawValue),
            Key.startedAt: .integer(startedAt.microseconds),
            Key.endedAt: .integer(endedAt.microseconds),
            Key.effect: .string(effect.rawValue),
        ]
        object[Key.usage] = usage
        object[Key.cost] = cost.map { .integer($0.rawValue) }
        for (key, value) in [(Key.request, request), (Key.result, result), (Key.carries, carries)] {
            switch value {
            case .inline(let value): object[key] = value
            case .blob(let blob):
                object[key + Key.blobSuffix] = [
                    Key.digest: .string(blob.digest.hex), Key.byteCount: .integer(Int64(blob.byteCount)),
                ]
            case nil: break
            }
        }
        return .object(object)
    }

    /// The record that stands in a line, or nil when something it needs is missing or of the wrong type.
    init?(json: JSONValue) {
        guard let position = json[Key.position]?.stringValue.flatMap(StepPosition.init),
            let fingerprint = json[Key.fingerprint]?.stringValue.flatMap({ Fingerprint(hex: $0) }),
            let kind = json[Key.kind]?.stringValue,
            let epoch = json[Key.epoch]?.integerValue,
            let startedAt = json[Key.startedAt]?.integerValue,
            let endedAt = json[Key.endedAt]?.integerValue,
            let effect = json[Key.effect]?.stringValue.flatMap(Effect.init),
            let result = Self.storedValue(Key.result, in: json)
        else { return nil }
        self.position = position
        self.fingerprint = fingerprint
        self.kind = StepKind(rawValue: kind)
        self.epoch = LeaseEpoch(rawValue: epoch)
        self.startedAt = WallTime(microseconds: startedAt)
        self.endedAt = WallTime(microseconds: endedAt)
        self.effect = effect
        self.result = result
        request = Self.storedValue(Key.request, in: json)
        carries = Self.storedValue(Key.carries, in: json)
        usage = json[Key.usage]
        cost = json[Key.cost]?.integerValue.map(MicroDollars.init)
    }

    private static func storedValue(_ key: String, in json: JSONValue) -> StoredValue? {
        if let value = json[key] { return .inline(value) }
        guard let blob = json[key + Key.blobSuffix],
            let digest = blob[Key.digest]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
            let byteCount = blob[Key.byteCount]?.integerValue
        else { return nil }
        return .blob(BlobReference(digest: digest, byteCount: Int(byteCount)))
    }
}
