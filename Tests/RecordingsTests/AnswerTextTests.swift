import HTTPTransport
import JobModel
import Testing

@testable import Recordings

@Suite struct AnswerTextTests {
    private static func text(_ body: String, isStream: Bool = false) -> AnswerText {
        let type = isStream ? "text/event-stream; charset=utf-8" : "application/json"
        return AnswerText(KeptAnswer(status: 200, headers: ["Content-Type": type], body: Array(body.utf8)))
    }

    private static let said: JSONValue = ["type": "text", "text": "Hello you"]
    private static let called: JSONValue = [
        "type": "tool_call", "id": "c1", "name": "note", "arguments": ["item": 1],
    ]

    static let wholes: [String] = [
        #"""
        {"model": "m", "choices": [{"message": {"role": "assistant", "content": "Hello you",
         "tool_calls": [{"id": "c1", "function": {"name": "note", "arguments": "{\"item\": 1}"}}]}}]}
        """#,
        #"""
        {"object": "response", "model": "m", "output": [
         {"type": "message", "content": [{"type": "output_text", "text": "Hello you"}]},
         {"type": "function_call", "call_id": "c1", "name": "note", "arguments": "{\"item\": 1}"}]}
        """#,
        #"""
        {"type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "Hello you"},
         {"type": "tool_use", "id": "c1", "name": "note", "input": {"item": 1}}]}
        """#,
        #"""
        {"modelVersion": "m", "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello you"},
         {"functionCall": {"id": "c1", "name": "note", "args": {"item": 1}}}]}}]}
        """#,
    ]

    static let streams: [String] = [
        #"""
        data: {"model": "m", "choices": [{"delta": {"role": "assistant", "content": "Hello "}}]}

        data: {"model": "m", "choices": [{"delta": {"content": "you"}}]}

        data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "note", "arguments": "{\"i"}}]}}]}

        data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "tem\": 1}"}}]}}]}

        data: [DONE]


        """#,
        #"""
        data: {"type": "response.created", "response": {"id": "r", "model": "m"}}

        data: {"type": "response.completed", "response": {"model": "m", "output": [{"type": "message",
        data: "content": [{"type": "output_text", "text": "Hello you"}]},
        data: {"type": "function_call", "call_id": "c1", "name": "note", "arguments": "{\"item\": 1}"}]}}


        """#,
        #"""
        data: {"type": "message_start", "message": {"model": "m"}}

        data: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}

        data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello "}}

        data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "you"}}

        data: {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "c1", "name": "note", "input": {}}}

        data: {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{\"item\": 1}"}}

        data: {"type": "message_stop"}


        """#,
        #"""
        data: {"modelVersion": "m", "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello "}]}}]}

        data: {"candidates": [{"content": {"parts": [{"text": "you"}, {"functionCall": {"id": "c1", "name": "note", "args": {"item": 1}}}]}}]}


        """#,
    ]

    private static func check(_ text: AnswerText) {
        let parts = text.json["message"]?["parts"]?.arrayValue ?? []
        #expect(text.model == "m")
        #expect(parts == [said, called], "\(text.json.text())")
    }

    /// Whole or in pieces, an answer reads the same.
    @Test(arguments: wholes) func readsWhatTheModelSaid(_ body: String) { Self.check(Self.text(body)) }

    @Test(arguments: streams) func readsWhatTheModelSaidWordByWord(_ body: String) {
        Self.check(Self.text(body, isStream: true))
    }

    @Test func showsWhatIsNoMessageAsItIs() {
        #expect(Self.text(#"{"input_tokens": 7}"#).json == ["status": 200, "answer": ["input_tokens": 7]])
        #expect(Self.text("no JSON").json["answer"] == "no JSON")
    }

    /// What stands before, in and behind the pieces, each a letter of the text.
    private static let pieces: [(before: String, piece: String, behind: String)] = [
        (#"[{"candidates": [{"content": {"parts": ["#, #"{"text": "a"}"#, "]}}]}]"),
        (#"{"choices": ["#, #"{"delta": {"content": "a"}}"#, "]}"),
        (
            #"{"choices": [{"delta": {"tool_calls": ["#, #"{"index": 0, "function": {"arguments": "a"}}"#, "]}}]}"
        ),
    ]

    /// With a copy of all that came before for each of them this takes minutes.
    @Test(arguments: pieces.indices) func readsAnAnswerOfManySmallPieces(number: Int) {
        let count = 200_000
        let (before, piece, behind) = Self.pieces[number]
        let body = before + repeatElement(piece, count: count).joined(separator: ",") + behind
        let part = Self.text(body).json["message"]?["parts"]?[0]
        let said = part?["text"] ?? part?["arguments"]
        let isWhole = said?.stringValue == String(repeating: "a", count: count)
        #expect(isWhole)
    }

    @Test func keepsTheOrderOfTextsAndOtherParts() {
        let parts = #"[{"text": ""}, {"text": "a"}, {"inlineData": 1}, {"text": ""}, {"text": "b"}, {"text": "c"}]"#
        let text = Self.text(#"{"candidates": [{"content": {"parts": \#(parts)}}]}"#)
        #expect(text.json["message"]?["parts"] == [CallText.text("a"), ["inlineData": 1], CallText.text("bc")])
    }

    private static func document(_ body: String, isStream: Bool = false) -> AnswerText {
        let type = isStream ? "text/event-stream" : "application/json"
        return AnswerText(document: KeptAnswer(status: 200, headers: ["Content-Type": type], body: Array(body.utf8)))
    }

    /// It may hold what the user said, or what was answered long ago.
    @Test func showsWhatAProviderKeepsAsTheDocument() {
        let item = #"{"id": "i", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}"#
        let content: JSONValue = [["type": "input_text", "text": "Hi"]]
        let shown: JSONValue = ["id": "i", "type": "message", "role": "user", "content": content]
        #expect(Self.document(item).json == ["status": 200, "answer": shown])
        let response = Self.document(Self.wholes[1])
        #expect(response.model == nil && response.json["answer"]?["object"] == "response")
        #expect(response.json["message"] == nil)
        let stream = Self.document(Self.streams[1], isStream: true)
        #expect(stream.json["answer"]?["output"]?.arrayValue?.count == 2)
    }
}
