import Checkpoints
import JobModel
import Recordings

/// The object `TranscriptStep` of the API: a record as people read it.
struct TranscriptStep {
    /// A value that is longer as JSON text, in bytes, is shown by its beginning.
    static let maximumValueBytes = 65_536

    let json: JSONValue

    /// - Parameter served: How the attempts of the job took calls and named steps of its program from their records.
    init(
        _ record: StepRecord,
        in journal: JournalName,
        served: [(epoch: LeaseEpoch, calls: JSONObject)],
        read checkpoints: CheckpointReader
    ) async throws {
        let text =
            journal.job.part == .gateway
            ? try await Self.ofProgram(record, checkpoints)
            : Text(
                name: try await Self.loaded(record.request, checkpoints),
                messages: try await Self.loaded(record.carries, checkpoints),
                result: try await Self.loaded(record.result, checkpoints)
            )
        json = [
            "position": .string(record.position.description),
            "fingerprint": .string(record.fingerprint.hex),
            "kind": .string(record.kind.rawValue),
            "effect": .string(record.effect.rawValue),
            "name": Self.shown(text.name),
            "messages": Self.shown(text.messages),
            "result": Self.shown(text.result),
            "usage": record.usage ?? .null,
            "cost_micro_usd": record.cost.map { .money($0) } ?? .null,
            "run": .id(journal.job.run),
            "epoch": .id(journal.epoch),
            "served": journal.job.part == .gateway ? Self.served(record.position, served) : .null,
        ]
    }

    /// What a step said and did.
    private struct Text {
        var name: JSONValue
        var messages: JSONValue
        var result: JSONValue
    }

    /// A call of a program, or a step that it named, in the words of an agent's.
    private static func ofProgram(_ record: StepRecord, _ checkpoints: CheckpointReader) async throws -> Text {
        let request = try await loaded(record.request, checkpoints)
        let result = try await loaded(record.result, checkpoints)
        guard record.kind == .model else { return Text(name: request, messages: .null, result: result) }
        let call = CallText(request: request)
        let answer = KeptAnswer(json: result).map(AnswerText.init)
        // As in `gateway/NAME#3`.
        let connection = record.position.description.split(separator: "/").last?.split(separator: "#").first ?? ""
        let model = answer?.model ?? call.name
        return Text(
            name: .string(model.map { "\(connection)/\($0)" } ?? String(connection)),
            messages: .array(call.messages),
            result: answer?.json ?? result
        )
    }

    private static func served(
        _ position: StepPosition,
        _ served: [(epoch: LeaseEpoch, calls: JSONObject)]
    ) -> JSONValue {
        .array(
            served.compactMap { epoch, calls in
                calls["\(position)"].map { ["epoch": .id(epoch), "match": $0] }
            }
        )
    }

    private static func loaded(_ value: StoredValue?, _ checkpoints: CheckpointReader) async throws -> JSONValue {
        guard let value else { return .null }
        do {
            return try await checkpoints.value(value)
        } catch CheckpointError.blobMissing(let blob) {
            return ["missing": .string("\(blob)")]
        } catch CheckpointError.blobDamaged(let blob) {
            return ["damaged": .string("\(blob)")]
        }
    }

    private static func shown(_ loaded: JSONValue) -> JSONValue {
        let text = loaded.encoded()
        guard text.count > maximumValueBytes else { return loaded }
        return [
            "bytes": .count(text.count),
            "beginning": .string(String(decoding: text.prefix(maximumValueBytes), as: UTF8.self)),
        ]
    }
}
