import Checkpoints
import JobModel
import Models
import TestSupport
import Testing

@testable import Worker

/// A conversation of n turns takes O(n) bytes, and a turn's record no more the longer the conversation is.
@Suite struct TranscriptGrowthTests {
    /// What one turn adds: an answer with a call, and the result of the call.
    private static func turn(_ number: Int, answer: Int, result: Int) -> [ModelMessage] {
        func text(_ count: Int, _ salt: String) -> String {
            String((String(repeating: "\(salt)\(number) ", count: count / 4 + 1)).prefix(count))
        }
        let call = ToolCall(id: "call_\(number)", name: "look", arguments: .json(["n": .integer(Int64(number))]))
        return [
            ModelMessage(role: .assistant, parts: [.text(text(answer, "a")), .toolCall(call)]),
            .tool([ToolResult(callID: "call_\(number)", text: text(result, "r"))]),
        ]
    }

    /// Records the turns as an agent does, and says how many bytes of records each took.
    private func record(_ turns: Int, answer: Int, result: Int) async throws -> [Int] {
        let store = CountingStore()
        let job = JobReference(run: RunID(rawValue: 1), job: JobID(rawValue: 1))
        let checkpoints = try await JobCheckpoints.open(in: store, job: job, epoch: LeaseEpoch(rawValue: 1))
        var added = [ModelMessage.user("go")]
        var previous: Fingerprint?
        var recorded: JSONValue?
        var sizes: [Int] = []
        for number in 1...turns {
            let before = store.byteCount
            // What is hashed is what was added: `request` holds nothing else.
            let request: JSONValue = ["model": "m", "messages": .array(added.map(\.json))]
            let fingerprint = Fingerprint(kind: .model, request: request, after: previous)
            let next = Self.turn(number, answer: answer, result: result)
            let answer = ModelAnswer(message: next[0], stopReason: .toolCalls, usage: nil, model: "m", responseID: "r")
            try await checkpoints.record(
                FinishedStep(
                    position: .turn(number),
                    fingerprint: fingerprint,
                    kind: .model,
                    startedAt: .now,
                    endedAt: .now,
                    request: "openai/gpt-4o",
                    result: answer.json,
                    usage: ["input": 100_000, "output": 1000, "cached_input": 90_000],
                    cost: MicroDollars(rawValue: 12_345),
                    carries: CarriedMessages.json(added, after: number > 1 ? previous : nil, recorded: recorded)
                ),
                largestInline: CarriedMessages.largestAnswer
            )
            recorded = answer.json
            guard case .toolResult(let given) = next[1].parts[0] else { preconditionFailure("a tool's message") }
            try await checkpoints.record(
                FinishedStep(
                    position: .toolCall(1, ofTurn: number),
                    fingerprint: Fingerprint(kind: .tool, request: ["n": .integer(Int64(number))], after: fingerprint),
                    kind: .tool,
                    startedAt: .now,
                    endedAt: .now,
                    request: "look",
                    result: ["text": .string(given.text), "is_error": false]
                )
            )
            sizes.append(store.byteCount - before)
            added = next
            previous = fingerprint
        }
        checkpoints.close()
        return sizes
    }

    @Test(arguments: [(5000, 0), (3000, 2000), (2500, 2500), (1000, 4000), (0, 5000)])
    func aThousandTurnsOfFiveKilobytesTakeAtMostTenMegabytes(_ answer: Int, _ result: Int) async throws {
        let sizes = try await record(1000, answer: answer, result: result)
        #expect(sizes.reduce(0, +) <= 10_000_000)
        #expect(Double(sizes[999]) <= 1.5 * Double(sizes[9]))
    }

    @Test func aSmallAnswerIsFoundInTheRecordOfTheNextTurn() {
        let first = Fingerprint(kind: .model, request: "a", after: nil)
        let other = Fingerprint(kind: .model, request: "b", after: nil)
        let added = Self.turn(1, answer: 100, result: 10_000)
        let carried = CarriedMessages.json(added, after: first, recorded: nil)
        #expect(CarriedMessages.answer(in: carried, of: first) == added[0])
        #expect(CarriedMessages.answer(in: carried, of: other) == nil)
        // A large one is named.
        let recorded: JSONValue = ["message": "as it was recorded"]
        let turn = Self.turn(1, answer: 4000, result: 10)
        let large = CarriedMessages.json(turn, after: first, recorded: recorded)
        #expect(CarriedMessages.answer(in: large, of: first) == nil)
        #expect(CarriedMessages.blob(in: large, of: first) == BlobReference(of: recorded.encoded()))
        #expect(
            CarriedMessages.blob(in: large, of: other) == nil && CarriedMessages.blob(in: carried, of: first) == nil
        )
        #expect(large.encoded().count < 1000)
    }
}
