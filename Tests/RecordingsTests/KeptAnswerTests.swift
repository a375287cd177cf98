import Digests
import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Recordings

@Suite struct KeptAnswerTests {
    /// A streamed answer as providers send it: each word in a frame of its own.
    private static func stream(words: Int, seed: UInt64) -> [UInt8] {
        var chance = SeededGenerator(seed: seed)
        let events = (0..<words).map { _ in
            let word = String(
                (0..<Int.random(in: 1...9, using: &chance)).map { _ in
                    "abcdefghijklmnopqrstuvwxyz".randomElement(using: &chance) ?? "e"
                }
            )
            return """
                data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,\
                "model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_fc9f1d7035","choices":[{"index":0,\
                "delta":{"content":" \(word)"},"logprobs":null,"finish_reason":null}]}
                """
        }
        return Array((events + ["data: [DONE]"]).map { $0 + "\n\n" }.joined().utf8)
    }

    private static func answer(_ body: [UInt8]) -> KeptAnswer {
        KeptAnswer(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
    }

    private static let bodies: [[UInt8]] = [
        [], Array("{}".utf8), [0xFF, 0x00, 0xC3], Array(repeating: 0x61, count: KeptAnswer.longestPlain),
        Array(repeating: 0x61, count: KeptAnswer.longestPlain + 1), stream(words: 300, seed: 1),
        (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 2_654_435_761 >> 13) },
        Array(repeating: 0xFF, count: 1 << 20),
    ]

    @Test(arguments: bodies.indices) func isServedAsItCame(number: Int) throws {
        let answer = Self.answer(Self.bodies[number])
        // As it is in a record: through its text.
        let json = try JSONValue(parsing: answer.json.encoded())
        let isSame = KeptAnswer(json: json) == answer
        #expect(isSame)
    }

    /// A hundred calls of a conversation are to have less than 1 MB, its streams included.
    @Test func keepsAStreamInATenth() {
        let body = Self.stream(words: 300, seed: 2)
        let size = Self.answer(body).json.encoded().count
        #expect(body.count > 70_000 && size < body.count / 10, "\(size) of \(body.count) bytes")
    }

    @Test func whatIsShortCanBeReadByPeople() {
        let json = Self.answer(Array("data: [DONE]\n\n".utf8)).json
        #expect(json["text"] == "data: [DONE]\n\n")
    }

    @Test func whatIsDamagedIsNoAnswer() throws {
        let json = try #require(Self.answer(Self.stream(words: 300, seed: 3)).json.objectValue)
        let frame = try #require(json["zstd"]?.stringValue.flatMap { Base64.decode($0) })
        let damaged: [JSONValue] = [
            .string("*"), "", .string(Base64.encode(Array(frame.dropLast()))),
            .string(Base64.encode(Array(frame.dropFirst()))), .null,
        ]
        for text in damaged {
            var other = json
            other["zstd"] = text
            #expect(KeptAnswer(json: .object(other)) == nil, "\(text)")
        }
    }

    @Test func whatIsLargerThanAnAnswerCanBeIsNone() throws {
        let bomb = try #require(Zstandard.compressed(Array(repeating: 0, count: KeptAnswer.longestBody + 1)))
        #expect(bomb.count < 10_000)
        let json: JSONValue = ["status": 200, "headers": [:], "zstd": .string(Base64.encode(bomb))]
        #expect(KeptAnswer(json: json) == nil)
    }

    @Test(arguments: [Array("text".utf8), [0xFF, 0x00, 0xC3], stream(words: 300, seed: 4)])
    func isReadUpToALimit(_ body: [UInt8]) {
        let json = Self.answer(body).json
        #expect(KeptAnswer.byteCount(in: json) == body.count)
        #expect(KeptAnswer(json: json, limit: body.count)?.body == body)
        #expect(KeptAnswer(json: json, limit: body.count - 1) == nil)
    }

    @Test(arguments: [["zstd": "*"], ["zstd": ""], ["zstd": "AAAA"], [:]] as [JSONValue])
    func saysNoLengthWhereThereIsNone(_ json: JSONValue) {
        #expect(KeptAnswer.byteCount(in: json) == nil)
    }
}
