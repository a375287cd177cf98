import Checkpoints
import Digests
import JobModel

extension FuzzTarget {
    /// The reader of checkpoints: the journals of a job's attempts, between lines of `%%`.
    ///
    /// A line that begins with `~` holds a record alone and gets its right checksum, so that what lies behind the
    /// checksum is tried too. Whatever is read, a further attempt records a step, and the one after it finds it.
    static let journal = FuzzTarget(
        name: "journal",
        seeds: {
            [
                mark(1, []) + step("t0001", "{\"a\":1}") + step("t0001.1", "[]") + "%%\n" + mark(2, [(1, 3, 400)])
                    + step("t0002", "\"x\"") + step("fetch#2", "null"),
                "~{\"format\":1,\"position\":\"t0001\",\"fingerprint\":\"\(digits)\",\"kind\":\"model\"}\n",
                "{\"sum\":\"0123456789abcdef\",\"record\":{\"format\":1,\"position\":\"t0003\"}}\n%%\n" + mark(2, []),
                mark(1, [(7, 1, 1), (9, 0, 0)]) + "~{\"format\":2}\n",
            ].map { Array($0.utf8) }
        },
        words: [
            "~{\"format\":1,", "\"mark\":{", "\"position\":\"", "\"fingerprint\":\"", "\"inherited\":[", "\"lines\":",
            "\"bytes\":", "\"run\":7", "\"job\":42", "\"epoch\":", "\"through\":[", "\"t0001\"", "t9999", "a#1", ".1",
            "\"result\":", "\"result_blob\":", "\"sha256\":", "{\"sum\":\"", "\",\"record\":", "\n", "\n%%\n", "}", "]",
        ],
        generate: { generator in
            var text = ""
            for epoch in 1...Int.random(in: 1...5, using: &generator) {
                if epoch > 1 { text += "%%\n" }
                let parts = (1..<max(2, epoch)).map { ($0, 3, Int.random(in: 0...900, using: &generator)) }
                if !generator.oneIn(5) { text += mark(epoch, epoch > 1 ? parts : []) }
                for _ in 0..<Int.random(in: 0...6, using: &generator) {
                    let position = generator.pick(["t0001", "t0001.1", "t0002", "t0010", "a#1", "a#2", "b/c#9"])
                    text += step(position, GeneratedJSON.value(depth: 3, &generator).text())
                }
            }
            return Array(text.utf8)
        },
        read: { input in
            let store = FuzzStore()
            for (index, lines) in journals(in: input).enumerated() {
                store.set(lines, of: name(Int64(index) + 1))
            }
            do {
                return try await play(on: store)
            } catch let error as CheckpointError {
                switch error {
                case .formatTooNew, .tooManyJournals: return outcome("\(error)")
                default: fatalError("\(error)")
                }
            }
        }
    )

    private static let job = JobReference(run: RunID(rawValue: 7), job: JobID(rawValue: 42))
    private static let digits = String(repeating: "0f", count: 32)

    private static func name(_ epoch: Int64) -> JournalName {
        JournalName(job: job, epoch: LeaseEpoch(rawValue: epoch))
    }

    private static func play(on store: FuzzStore) async throws -> String {
        let reader = CheckpointReader(store: store)
        let history = try await reader.history(of: job)
        for entry in history.steps.prefix(200) {
            guard let record = try await reader.record(entry) else { continue }
            require(record.position == entry.position, "a record of another step")
            do { _ = try await reader.value(record.result) } catch CheckpointError.blobMissing {}
        }
        let next = (try await store.epochs(of: job).last?.rawValue ?? 0) + 1
        let checkpoints = try await JobCheckpoints.open(in: store, job: job, epoch: LeaseEpoch(rawValue: next))
        require(checkpoints.checkpoints.count == history.count, "an attempt sees other steps than a reader")
        let step = try FinishedStep(
            position: .step(named: "probe"),
            fingerprint: Fingerprint(kind: .step, request: "probe", after: nil),
            kind: .step,
            startedAt: WallTime(microseconds: 1),
            endedAt: WallTime(microseconds: 2),
            effect: .none,
            request: nil,
            result: ["found": true],
            usage: nil,
            cost: nil,
            carries: nil
        )
        try await checkpoints.record(step)
        let later = try await JobCheckpoints.open(in: store, job: job, epoch: LeaseEpoch(rawValue: next + 1))
        let found = try await later.recorded(step.position, step.fingerprint)
        require(found?.result == step.result, "a step that was recorded is not found again")
        require(
            later.checkpoints.count == history.count + 1,
            "\(later.checkpoints.count) steps behind \(history.count)"
        )
        let causes = history.damage.reports.prefix(4).map { outcome("\($0.cause)") + ($0.position == nil ? "" : "+") }
        return "\(min(history.count, 9)) steps of \(min(history.parts.count, 9)): \(causes.joined(separator: ", "))"
    }

    /// The journals in an input, the records behind `~` with their checksums.
    private static func journals(in input: [UInt8]) -> [[UInt8]] {
        var journals: [[UInt8]] = [[]]
        for line in input.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.elementsEqual("%%".utf8), journals.count < 8 {
                journals.append([])
            } else if line.first == UInt8(ascii: "~") {
                journals[journals.count - 1] += lined(line.dropFirst()) + [0x0A]
            } else {
                journals[journals.count - 1] += line + [0x0A]
            }
        }
        // The last line of the last journal is torn, where the input's is.
        journals[journals.count - 1] = journals[journals.count - 1].dropLast()
        return journals
    }

    private static func lined(_ record: ArraySlice<UInt8>) -> [UInt8] {
        let sum = SHA256.digest(of: record).hex.prefix(16)
        return Array("{\"sum\":\"\(sum)\",\"record\":".utf8) + record + [UInt8(ascii: "}")]
    }

    private static func mark(_ epoch: Int, _ parts: [(epoch: Int, lines: Int, bytes: Int)]) -> String {
        let inherited = parts.map {
            "{\"run\":7,\"job\":42,\"epoch\":\($0.epoch),\"lines\":\($0.lines),\"bytes\":\($0.bytes)}"
        }
        return "~{\"format\":1,\"mark\":{\"run\":7,\"job\":42,\"epoch\":\(epoch),\"inherited\":"
            + "[\(inherited.joined(separator: ","))]}}\n"
    }

    private static func step(_ position: String, _ result: String) -> String {
        "~{\"format\":1,\"position\":\"\(position)\",\"fingerprint\":\"\(digits)\",\"kind\":\"tool\",\"epoch\":1,"
            + "\"started_at_us\":1,\"ended_at_us\":2,\"effect\":\"none\",\"result\":\(result)}\n"
    }
}
