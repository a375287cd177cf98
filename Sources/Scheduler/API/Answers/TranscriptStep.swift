import Checkpoints
import JobModel

/// The object `TranscriptStep` of the API: a record as people read it.
struct TranscriptStep {
    /// A value that is longer as JSON text, in bytes, is shown by its beginning.
    static let maximumValueBytes = 65_536

    let json: JSONValue

    init(_ record: StepRecord, in journal: JournalName, read checkpoints: CheckpointReader) async throws {
        json = [
            "position": .string(record.position.description),
            "fingerprint": .string(record.fingerprint.hex),
            "kind": .string(record.kind.rawValue),
            "effect": .string(record.effect.rawValue),
            "name": try await Self.shown(record.request, checkpoints),
            "messages": try await Self.shown(record.carries, checkpoints),
            "result": try await Self.shown(record.result, checkpoints),
            "usage": record.usage ?? .null,
            "cost_micro_usd": record.cost.map { .money($0) } ?? .null,
            "run": .id(journal.job.run),
            "epoch": .id(journal.epoch),
        ]
    }

    private static func shown(_ value: StoredValue?, _ checkpoints: CheckpointReader) async throws -> JSONValue {
        guard let value else { return .null }
        let loaded: JSONValue
        do {
            loaded = try await checkpoints.value(value)
        } catch CheckpointError.blobMissing(let blob) {
            return ["missing": .string("\(blob)")]
        } catch CheckpointError.blobDamaged(let blob) {
            return ["damaged": .string("\(blob)")]
        }
        let text = loaded.encoded()
        guard text.count > maximumValueBytes else { return loaded }
        return [
            "bytes": .count(text.count),
            "beginning": .string(String(decoding: text.prefix(maximumValueBytes), as: UTF8.self)),
        ]
    }
}
