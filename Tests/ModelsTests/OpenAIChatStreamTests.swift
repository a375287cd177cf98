import HTTPTransport
import JobModel
import Testing

@testable import Models

@Suite struct OpenAIChatStreamTests {
    /// Feeds chunks and the terminator; returns the texts and the answer.
    private func answer(_ chunks: String...) throws -> ([String], ModelAnswer) {
        var stream = OpenAIChatStream()
        var texts: [String] = []
        for data in chunks + ["[DONE]"] {
            switch try stream.eventArrived(ServerSentEvent(data: data)) {
            case .text(let text): texts.append(text)
            case .complete(let answer): return (texts, answer)
            }
        }
        throw stream.bodyEnded()
    }

    private func delta(_ delta: String, finish: String = "null") -> String {
        #"{"id":"r","model":"m-1","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
    }

    private func reason(_ data: String..., event: String = "message") -> ModelError.Reason? {
        #expect(throws: ModelError.Reason.self) {
            var stream = OpenAIChatStream()
            for data in data { _ = try stream.eventArrived(ServerSentEvent(event: event, data: data)) }
            throw stream.bodyEnded()
        }
    }

    @Test func putsTextTogether() throws {
        let (texts, answer) = try answer(
            delta(#"{"role":"assistant","content":""}"#),
            delta(#"{"content":"Hel"}"#),
            delta(#"{"content":"lo"}"#),
            delta("{}", finish: #""stop""#),
            #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"#
                + #""completion_tokens_details":{"reasoning_tokens":1}}}"#
        )
        #expect(texts.joined() == "Hello")
        #expect(
            answer
                == ModelAnswer(
                    message: .assistant("Hello"),
                    stopReason: .end,
                    usage: TokenUsage(input: 9, cachedInput: 4, output: 3, reasoning: 1),
                    model: "m-1",
                    responseID: "r"
                )
        )
    }

    @Test func putsParallelToolCallsTogether() throws {
        let (_, answer) = try answer(
            delta(
                #"{"content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#
            ),
            delta(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}"#),
            delta(#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""}}]}"#),
            delta(
                #"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":":2"}}]}"#
            ),
            delta("{}", finish: #""tool_calls""#)
        )
        #expect(answer.stopReason == .toolCalls)
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "a", name: "f", arguments: .json(["x": 1])),
                ToolCall(id: "b", name: "g", arguments: .invalid(#"{"y":2"#)),
            ]
        )
        #expect(answer.usage == nil)
    }

    @Test func tellsCallsWithoutAnIndexApart() throws {
        let (_, answer) = try answer(
            delta(
                #"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":{"z":1}}}]}"#
            ),
            delta(#"{"tool_calls":[{"index":0,"id":"c","function":{"name":"g","arguments":"{}"}}]}"#),
            delta(
                #"{"tool_calls":[{"index":0,"id":"d","function":{"name":"g","arguments":"[]"}}]}"#,
                finish: #""stop""#
            )
        )
        #expect(answer.stopReason == .toolCalls)
        #expect(answer.message.toolCalls.map(\.id) == ["a", "b", "c", "d"])
        #expect(answer.message.toolCalls[1].arguments == .json(["z": 1]))
    }

    @Test func givesACallWithoutIDOne() throws {
        let (_, answer) = try answer(
            delta(#"{"tool_calls":[{"index":0,"function":{"name":"f"}}]}"#, finish: #""tool_calls""#)
        )
        #expect(answer.message.toolCalls == [ToolCall(id: "call_r_0", name: "f", arguments: .json([:]))])
    }

    @Test func keepsReasoningApart() throws {
        let (texts, answer) = try answer(
            delta(#"{"reasoning_content":"hm"}"#),
            delta(#"{"reasoning":"!"}"#),
            delta(#"{"content":"a"}"#, finish: #""stop""#)
        )
        #expect(texts.joined() == "a")
        #expect(answer.message.parts == [.reasoning("hm!", opaque: nil), .text("a")])
    }

    @Test(arguments: [
        ("stop", StopReason.end), ("length", .length), ("content_filter", .contentFilter), ("tool_calls", .toolCalls),
        ("function_call", .toolCalls), ("refusal", .refusal), ("eos", .other),
    ])
    func knowsWhyTheModelStopped(_ word: String, _ expected: StopReason) throws {
        #expect(try answer(delta(#"{"content":"a"}"#, finish: "\"\(word)\"")).1.stopReason == expected)
    }

    @Test func knowsARefusal() throws {
        let (_, answer) = try answer(delta(#"{"refusal":"I can't"}"#), delta("{}", finish: #""stop""#))
        #expect(answer.stopReason == .refusal)
        #expect(answer.message.text == "I can't")
    }

    @Test func takesUsageThatCannotBeReadForNone() throws {
        let (_, answer) = try answer(
            delta(#"{"content":"a"}"#, finish: #""stop""#),
            #"{"choices":[],"usage":{"prompt_tokens":-1}}"#
        )
        #expect(answer.usage == nil)
    }

    @Test func takesNoHalfAnswer() {
        #expect(reason(delta(#"{"content":"a"}"#)) == .cutStream("it ended in the middle"))
        #expect(reason(delta(#"{"content":"a"}"#, finish: #""stop""#)) == .cutStream("its terminator is missing"))
        #expect(reason(delta(#"{"content":"a"}"#), "[DONE]") == .cutStream("it ended without a reason to stop"))
        #expect(reason() == .malformed("there is no event in it"))
    }

    @Test func knowsErrorsInTheStream() {
        let error = #"{"error":{"message":"too busy","type":"server_error","code":null}}"#
        #expect(reason(delta("{}"), error) == .reported(type: "server_error", message: "too busy"))
        #expect(
            reason(#"{"message":"no","type":"overloaded"}"#, event: "error")
                == .reported(type: "overloaded", message: "no")
        )
        #expect(reason(#"{"error":"boom"}"#) == .reported(type: nil, message: "boom"))
        #expect(
            reason(delta("{}", finish: #""error""#), "[DONE]")
                == .reported(type: nil, message: "the answer stopped with an error")
        )
    }

    @Test(arguments: [
        "hello", "<html>", "[1]", "7", "null", #"{"choices":7}"#, #"{"choices":[{"delta":{"content":7}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":{}}}]}"#, #"{"choices":[{"finish_reason":1}]}"#,
    ])
    func refusesWhatIsNoChunk(_ data: String) {
        guard case .malformed = reason(data) else { return #expect(Bool(false), "\(data)") }
    }

    @Test func refusesACallWithoutName() {
        let chunk = delta(#"{"tool_calls":[{"index":0,"id":"a"}]}"#, finish: #""stop""#)
        #expect(reason(chunk, "[DONE]") == .malformed("a tool call has no name"))
    }

    @Test func boundsTheNumberOfCalls() {
        let calls = (0..<300).map { #"{"index":\#($0),"function":{"name":"f"}}"# }.joined(separator: ",")
        guard case .malformed = reason(delta(#"{"tool_calls":[\#(calls)]}"#)) else {
            return #expect(Bool(false), "300 calls are too many")
        }
    }
}
