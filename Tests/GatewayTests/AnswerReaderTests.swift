import JobModel
import Models
import Testing

@testable import Gateway

@Suite struct AnswerReaderTests {
    struct Stream: Sendable {
        let format: WireFormat
        let text: String
        let ids: [String]
        let usage: TokenUsage
    }

    static let streams = [
        Stream(
            format: .chat,
            text: """
                data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_1"}]}}]}

                data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}

                data: [DONE]


                """,
            ids: ["call_1"],
            usage: TokenUsage(input: 9, cachedInput: 4, output: 3)
        ),
        Stream(
            format: .completions,
            text: """
                data: {"choices":[{"index":0,"text":"a"}]}

                data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}}

                data: [DONE]


                """,
            ids: [],
            usage: TokenUsage(input: 9, output: 3)
        ),
        Stream(
            format: .responses,
            text: """
                event: response.created
                data: {"type":"response.created","response":{"id":"resp_1"}}

                event: response.completed
                data: {"type":"response.completed","response":{"id":"resp_1","output":[{"call_id":"call_1"}],"usage":{"input_tokens":9,"output_tokens":3}}}


                """,
            ids: ["resp_1", "call_1"],
            usage: TokenUsage(input: 9, output: 3)
        ),
        Stream(
            format: .messages,
            text: """
                event: message_start
                data: {"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":4,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","content_block":{"type":"tool_use","id":"toolu_1"}}

                event: message_delta
                data: {"type":"message_delta","usage":{"output_tokens":3}}

                event: message_stop
                data: {"type":"message_stop"}


                """,
            ids: ["toolu_1"],
            usage: TokenUsage(input: 9, cachedInput: 4, output: 3)
        ),
    ]

    /// Clients that read by lines take its last line for the end, and not the empty one behind it.
    @Test(arguments: streams, [1, 7, 100_000]) func passesNothingOnOfWhatEndsIt(_ stream: Stream, _ size: Int) throws {
        let bytes = Array(stream.text.utf8)
        let events = stream.text.split(separator: "\n\n")
        let before = events.dropLast().map { $0.utf8.count + 2 }.reduce(0, +)
        var reader = AnswerReader(stream.format, contentType: "text/event-stream")
        var (passed, held) = (0, 0)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = Array(bytes[start..<min(start + size, bytes.count)])
            let piece = try reader.consume(chunk)
            // What was held back goes out before what follows it.
            held += chunk.count
            #expect(piece.passable <= held)
            passed += piece.passable
            held -= piece.passable
        }
        #expect(passed <= before, "\(passed) of \(before)")
        #expect(held > 0)
    }

    @Test func passesAnEventOnWhenItIsComplete() throws {
        var reader = AnswerReader(.chat, contentType: "text/event-stream")
        let event = #"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n"
        let first = try reader.consume(Array((event + event.prefix(9)).utf8))
        #expect(first == AnswerReader.Piece(passable: event.utf8.count, end: nil))
        let second = try reader.consume(Array((event.dropFirst(9) + "data: [DONE]\n").utf8))
        #expect(second.passable == event.utf8.count)
        #expect(try reader.consume(Array("\n".utf8)) == AnswerReader.Piece(passable: 0, end: 1))
    }

    @Test(arguments: streams, [1, 7, 100_000]) func knowsAStreamsOwnEnd(_ stream: Stream, _ size: Int) throws {
        let bytes = Array(stream.text.utf8)
        var reader = AnswerReader(stream.format, contentType: "text/event-stream; charset=utf-8")
        var taken = 0
        var isComplete = false
        // What follows belongs to no answer.
        let sent = bytes + Array("data: more\n\n".utf8)
        for start in stride(from: 0, to: sent.count, by: size) where !isComplete {
            let chunk = Array(sent[start..<min(start + size, sent.count)])
            let end = try reader.consume(chunk).end
            taken += end ?? chunk.count
            isComplete = end != nil
        }
        #expect(isComplete)
        #expect(taken == bytes.count)
        #expect(reader.summary.ids == stream.ids)
        #expect(reader.summary.usage == stream.usage)
    }

    @Test(arguments: streams) func holdsBackOnlyWhatCompletesAStream(_ stream: Stream) throws {
        let bytes = Array(stream.text.utf8)
        let last = try #require(stream.text.split(separator: "\n\n").last).utf8.count + 2
        var reader = AnswerReader(stream.format, contentType: "text/event-stream")
        #expect(
            try reader.consume(bytes) == AnswerReader.Piece(passable: bytes.count - last, end: bytes.count)
        )
    }

    @Test(arguments: streams) func takesNoStreamForCompleteThatIsCut(_ stream: Stream) throws {
        let bytes = Array(stream.text.utf8)
        for count in [1, bytes.count / 2, bytes.count - 2] {
            var reader = AnswerReader(stream.format, contentType: "text/event-stream")
            #expect(try reader.consume(Array(bytes[..<count])).end == nil)
            #expect(throws: AnswerFault.unfinished) { try reader.ended() }
        }
    }

    @Test func endsAGeminiStreamWithItsConnectionAfterTheReason() throws {
        var reader = AnswerReader(.streamGenerate, contentType: "text/event-stream")
        let first = Array(#"data: {"candidates":[{"content":{}}]}"#.utf8) + Array("\n\n".utf8)
        #expect(try reader.consume(first).passable == first.count)
        var cut = reader
        #expect(throws: AnswerFault.unfinished) { try cut.ended() }
        let last =
            #"data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3}}"#
        #expect(try reader.consume(first + Array(last.utf8) + Array("\n\n".utf8)).passable == first.count)
        #expect(try reader.consume(first).passable == 0)
        try reader.ended()
        #expect(reader.summary.usage == TokenUsage(input: 9, output: 3))
    }

    @Test(arguments: [
        (WireFormat.chat, #"data: {"error":{"message":"overloaded"}}"#),
        (.messages, #"data: {"type":"error","error":{"message":"overloaded"}}"#),
        (.responses, #"data: {"type":"response.failed","response":{"error":{"message":"overloaded"}}}"#),
    ]) func takesAReportedErrorForNoAnswer(_ format: WireFormat, _ text: String) {
        var reader = AnswerReader(format, contentType: "text/event-stream")
        #expect(throws: AnswerFault.reported("overloaded")) { try reader.consume(Array((text + "\n\n").utf8)) }
    }

    /// What comes behind it is none of the client's business.
    @Test(
        arguments: [
            (
                WireFormat.messages,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n",
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"overloaded\"}}\n\n"
            ),
            (.chat, "data: {\"choices\":[]}\n\n", "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"),
            (.streamGenerate, "data: {\"candidates\":[]}\n\n", "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"),
            (
                .responses, "data: {\"type\":\"response.created\"}\n\n",
                "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"overloaded\"}}}\n\n"
            ),
        ] as [(WireFormat, String, String)],
        [1, 7, 100_000]
    )
    func saysWhereAReportedErrorEnds(_ stream: (format: WireFormat, before: String, error: String), _ size: Int) throws
    {
        let own = Array((stream.before + stream.error).utf8)
        let sent = own + Array("data: [DONE]\n\n".utf8)
        var reader = AnswerReader(stream.format, contentType: "text/event-stream")
        var taken = 0
        do {
            for start in stride(from: 0, to: sent.count, by: size) {
                let chunk = Array(sent[start..<min(start + size, sent.count)])
                #expect(try reader.consume(chunk).end == nil)
                #expect(reader.reportEnd == nil)
                taken += chunk.count
            }
            Issue.record("no error was reported")
        } catch {
            #expect(error == .reported("overloaded"))
        }
        #expect(taken + (try #require(reader.reportEnd)) == own.count)
    }

    @Test(arguments: ["<html>log in</html>", "", "\"text\"", "{\"a\":"]) func takesNoOtherPageForAnAnswer(
        _ text: String
    ) throws {
        var reader = AnswerReader(.chat, contentType: "text/html")
        _ = try reader.consume(Array(text.utf8))
        #expect(throws: AnswerFault.self) { try reader.ended() }
    }

    @Test func readsADocument() throws {
        let text =
            #"{"choices":[{"message":{"tool_calls":[{"id":"call_1"}]}}],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#
        var reader = AnswerReader(.chat, contentType: "application/json")
        for byte in text.utf8 { #expect(try reader.consume([byte]) == AnswerReader.Piece(passable: 0, end: nil)) }
        try reader.ended()
        #expect(reader.summary.ids == ["call_1"])
        #expect(reader.summary.usage == TokenUsage(input: 9, output: 3))
    }

    @Test(
        arguments: WireFormat.allCases,
        ["{}", "[]", "[{}]", #"{"message":"log in","data":{},"id":1,"content":"x"}"#, "[1]"]
    )
    func takesNoOtherJSONForAnAnswer(_ format: WireFormat, _ text: String) throws {
        var reader = AnswerReader(format, contentType: "application/json")
        _ = try reader.consume(Array(text.utf8))
        #expect(throws: AnswerFault.noAnswer(excerpt: text)) { try reader.ended() }
    }

    @Test(arguments: WireFormat.allCases) func takesAnErrorWithStatus200ForNoAnswer(_ format: WireFormat) throws {
        for text in [#"{"error":{"message":"overloaded"},"choices":[]}"#, #"[{"error":{"message":"overloaded"}}]"#] {
            var reader = AnswerReader(format, contentType: "application/json")
            _ = try reader.consume(Array(text.utf8))
            #expect(throws: AnswerFault.reported("overloaded")) { try reader.ended() }
        }
    }

    @Test(arguments: [
        (WireFormat.chat, #"{"choices":[]}"#), (.responses, #"{"id":"r","status":"queued","error":null,"output":[]}"#),
        (.embeddings, #"{"data":[]}"#), (.completions, #"{"choices":[]}"#), (.moderations, #"{"results":[]}"#),
        (.conversations, #"{"id":"conv_1"}"#),
        (.keptChange, #"{"id":"conv_1"}"#), (.keptChange, #"{"object":"list","data":[]}"#),
        (.keptRead, #"{"object":"list","data":[]}"#),
        (.keptRead, #"{"id":"mcp_1","type":"mcp_call","error":"no such tool"}"#),
        (.messages, #"{"content":[]}"#),
        (.countTokens, #"{"input_tokens":0}"#), (.generate, #"{"candidates":[]}"#),
        (.generate, #"{"promptFeedback":{"blockReason":"SAFETY"}}"#), (.streamGenerate, #"[{"candidates":[]},{}]"#),
        (.embedContent, #"{"embedding":{"values":[]}}"#), (.embedContent, #"{"embeddings":[]}"#),
        (.countGemini, #"{"totalTokens":0}"#),
    ]) func takesTheLeastThatAnAnswerHas(_ format: WireFormat, _ text: String) throws {
        var reader = AnswerReader(format, contentType: nil)
        _ = try reader.consume(Array(text.utf8))
        try reader.ended()
    }

    @Test(arguments: [
        (WireFormat.chat, "data: [DONE]"), (.chat, #"data: {"usage":{}}"# + "\n\ndata: [DONE]"),
        (.messages, #"data: {"type":"message_stop"}"#), (.responses, #"data: {"type":"response.completed"}"#),
    ]) func takesAnEndAloneForNoAnswer(_ format: WireFormat, _ text: String) {
        var reader = AnswerReader(format, contentType: "text/event-stream")
        #expect(throws: AnswerFault.noAnswer(excerpt: "the stream's end, and nothing before it")) {
            try reader.consume(Array((text + "\n\n").utf8))
        }
    }
}
