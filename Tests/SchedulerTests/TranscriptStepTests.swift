import Checkpoints
import HTTPTransport
import JobModel
import Recordings
import Testing

@testable import Scheduler

@Suite struct TranscriptStepTests {
    /// 1 MiB, as docs/api.md says.
    private static let limit = 1 << 20
    private static let request: JSONValue = [
        "fields": ["model": "m"], "added": [["role": "user", "content": "Hello"]],
    ]

    private static func shown(request: JSONValue, answer: [UInt8]) async throws -> JSONValue {
        var shown = JSONValue.null
        let kept = KeptAnswer(status: 200, headers: ["Content-Type": "application/json"], body: answer)
        try await RecordedJob.play { scene in
            let call = try RecordedJob.call("gateway/fake#1", request: request, answer: kept)
            try await scene.record([call], of: RecordedJob.reference(run: 1, .gateway), epoch: 1)
            shown = try await scene.shown(run: 1)
        }
        return shown
    }

    /// Compressed it is small, and would be unpacked for a page.
    @Test func saysHowLongAnAnswerIsThatIsTooLongToRead() async throws {
        let answer = [UInt8](repeating: 0x61, count: Self.limit + 1)
        let shown = try await Self.shown(request: Self.request, answer: answer)
        #expect(shown["result"] == ["status": 200, "answer": ["bytes": .count(Self.limit + 1)]])
        #expect(shown["name"] == "fake/m")
        #expect(shown["messages"]?[0]?["role"] == "user")
    }

    @Test func readsAnAnswerUpToTheLimit() async throws {
        let shown = try await Self.shown(request: Self.request, answer: [UInt8](repeating: 0x61, count: Self.limit))
        // What is read is shown by its beginning.
        #expect(shown["result"]?["beginning"]?.stringValue?.hasPrefix(#"{"status":200,"answer":"aaaa"#) == true)
    }

    @Test func doesNotReadAValueThatIsTooLong() async throws {
        let text = String(repeating: "a", count: Self.limit)
        let long: JSONValue = ["added": [["role": "user", "content": .string(text)]]]
        let shown = try await Self.shown(request: long, answer: Array(#"{"input_tokens": 7}"#.utf8))
        #expect(shown["messages"]?["bytes"] == .count(long.encoded().count), "\(shown["messages"]?.text() ?? "")")
        #expect(shown["messages"]?["digest"]?.stringValue?.count == 64)
        #expect(shown["messages"]?["beginning"] == nil)
        #expect(shown["name"] == "fake" && shown["result"]?["answer"] == ["input_tokens": 7])
    }

    /// Nobody asked a model, and nobody says what the document holds now.
    @Test func namesWhatARequestIsAbout() async throws {
        let shown = try await Self.shown(
            request: ["target": "GET conversations/c/items/i", "fields": [:], "added": []],
            answer: Array(#"{"id": "i", "type": "message", "role": "user", "model": "m", "content": []}"#.utf8)
        )
        #expect(shown["name"] == "fake GET conversations/c/items/i")
        #expect(shown["messages"] == [])
        #expect(shown["result"]?["answer"]?["role"] == "user" && shown["result"]?["message"] == nil)
    }

    /// A job may have any number of attempts, and a page a thousand steps.
    @Test func namesTheLastAttemptsThatWereServedAStep() async throws {
        try await RecordedJob.play { scene in
            let step = try RecordedJob.step("gateway/step/a#1")
            try await scene.record([step], of: RecordedJob.reference(run: 1, .gateway), epoch: 1)
            let entry = try #require(try await scene.steps(run: 1).page(limit: 1).steps.first)
            let served = (Int64(2)...100).map {
                (epoch: LeaseEpoch(rawValue: $0), calls: ["gateway/step/a#1": "exact"] as JSONObject)
            }
            let shown = try await TranscriptStep(
                try #require(entry.record),
                in: entry.entry.journal,
                served: served,
                read: CheckpointReader(store: scene.store)
            ).json
            let epochs = shown["served"]?.arrayValue?.compactMap { $0["epoch"]?.integerValue }
            #expect(epochs == Array(Int64(101 - TranscriptStep.maximumServed)...100))
        }
    }
}
