import Checkpoints
import JobModel
import Testing

@testable import Gateway

@Suite struct RequestTextsTests {
    private func body(_ turns: Int, model: String = "m") -> JSONObject {
        var messages: [JSONValue] = [["role": "user", "content": "go"]]
        for turn in 0..<turns {
            messages.append(["role": "assistant", "content": .string(String(repeating: "a\(turn) ", count: 200))])
            messages.append(["role": "tool", "content": .string(String(repeating: "r\(turn) ", count: 200))])
        }
        return ["model": .string(model), "tools": ["t1", "t2"], "messages": .array(messages)]
    }

    /// Puts a request together again from what was kept.
    private func rebuilt(_ text: JSONValue, _ kept: [String: JSONValue]) -> JSONObject {
        let base = text["after"]?.stringValue.flatMap { kept[$0] }.map { rebuilt($0, kept) } ?? [:]
        var body = text["fields"]?.objectValue ?? base
        body["messages"] = .array((base["messages"]?.arrayValue ?? []) + (text["added"]?.arrayValue ?? []))
        return body
    }

    @Test func keepsEachMessageOnceAndLosesNothing() throws {
        var texts = RequestTexts()
        var kept: [String: JSONValue] = [:]
        var byteCount = 0
        for turn in 0..<100 {
            let (text, end) = texts.delta(of: body(turn), .chat)
            let position = try #require(StepPosition("gateway/openai#\(turn + 1)"))
            texts.add(position, end)
            kept[position.description] = text
            byteCount += text.encoded().count
            #expect(rebuilt(text, kept) == body(turn))
        }
        // Kept whole, the requests have 7 MB.
        #expect(byteCount < 200_000, "\(byteCount)")
    }

    @Test func keepsFieldsThatChange() throws {
        var texts = RequestTexts()
        let (first, end) = texts.delta(of: body(2), .chat)
        texts.add(try #require(StepPosition("gateway/openai#1")), end)
        let (second, _) = texts.delta(of: body(3, model: "n"), .chat)
        #expect(rebuilt(second, ["gateway/openai#1": first]) == body(3, model: "n"))
        #expect(second["fields"]?["model"] == "n")
    }
}
