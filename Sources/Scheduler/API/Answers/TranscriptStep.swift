import Checkpoints
import Digests
import JobModel
import Recordings

/// The object `TranscriptStep` of the API: a record as people read it.
struct TranscriptStep {
    /// A value that is longer as JSON text, in bytes, is shown by its beginning.
    static let maximumValueBytes = 65_536
    /// A value, or the body of an answer, of more bytes is not read at all: 1 MiB.
    ///
    /// An answer that was compressed can have 32 MiB, and a page has a thousand steps.
    static let maximumReadBytes = 1 << 20
    /// The most attempts that are named as served a step, the last ones.
    static let maximumServed = 20

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
                name: try await Self.loaded(record.request, checkpoints).json,
                messages: try await Self.loaded(record.carries, checkpoints).json,
                result: try await Self.loaded(record.result, checkpoints).json
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
            "diverged": try await Self.diverged(record, in: journal, checkpoints),
            "served": journal.job.part == .gateway ? Self.served(record.position, served) : .null,
        ]
    }

    /// What a step said and did.
    private struct Text {
        var name: JSONValue
        var messages: JSONValue
        var result: JSONValue
    }

    /// A value of a record, or what stands for one that was not read.
    private struct Loaded {
        var json: JSONValue
        var isWhole = true
    }

    /// A call of a program, or a step that it named, in the words of an agent's.
    private static func ofProgram(_ record: StepRecord, _ checkpoints: CheckpointReader) async throws -> Text {
        let request = try await loaded(record.request, checkpoints)
        let result = try await loaded(record.result, checkpoints)
        guard record.kind == .model else { return Text(name: request.json, messages: .null, result: result.json) }
        let call = request.isWhole ? CallText(request: request.json) : nil
        let kept = KeptAnswer(json: result.json, limit: maximumReadBytes)
        let answer = kept.map { call?.target == nil ? AnswerText($0) : AnswerText(document: $0) }
        // As in `gateway/NAME#3`.
        let connection = record.position.description.split(separator: "/").last?.split(separator: "#").first ?? ""
        let model = (answer?.model ?? call?.name).map { "\(connection)/\($0)" }
        return Text(
            name: .string(call?.target.map { "\(connection) \($0)" } ?? model ?? String(connection)),
            messages: call.map { .array($0.messages) } ?? request.json,
            result: answer?.json ?? unread(result.json)
        )
    }

    /// What stands for an answer that could not be read, or is too long to be.
    private static func unread(_ answer: JSONValue) -> JSONValue {
        guard let count = KeptAnswer.byteCount(in: answer), count > maximumReadBytes else { return answer }
        return ["status": answer["status"] ?? .null, "answer": ["bytes": .count(count)]]
    }

    /// Whether the program asked something else than its attempt before, which the record of a call says.
    private static func diverged(
        _ record: StepRecord,
        in journal: JournalName,
        _ checkpoints: CheckpointReader
    ) async throws -> JSONValue {
        guard journal.job.part == .gateway, record.kind == .model else { return .null }
        return .bool(try await loaded(record.carries, checkpoints).json["diverged"] == true)
    }

    private static func served(
        _ position: StepPosition,
        _ served: [(epoch: LeaseEpoch, calls: JSONObject)]
    ) -> JSONValue {
        .array(
            served.compactMap { epoch, calls in
                calls["\(position)"].map { ["epoch": .id(epoch), "match": $0] }
            }.suffix(maximumServed)
        )
    }

    private static func loaded(_ value: StoredValue?, _ checkpoints: CheckpointReader) async throws -> Loaded {
        guard let value else { return Loaded(json: .null) }
        if case .blob(let blob) = value, blob.byteCount > maximumReadBytes {
            // The digest tells two of one length from each other.
            return Loaded(json: ["bytes": .count(blob.byteCount), "digest": .string(blob.digest.hex)], isWhole: false)
        }
        do {
            return Loaded(json: try await checkpoints.value(value))
        } catch CheckpointError.blobMissing(let blob) {
            return Loaded(json: ["missing": .string("\(blob)")], isWhole: false)
        } catch CheckpointError.blobDamaged(let blob) {
            return Loaded(json: ["damaged": .string("\(blob)")], isWhole: false)
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
