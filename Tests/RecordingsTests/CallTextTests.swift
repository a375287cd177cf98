import JobModel
import Testing

@testable import Recordings

@Suite struct CallTextTests {
    private static func text(_ text: JSONValue) -> JSONValue { ["type": "text", "text": text] }

    @Test func saysOnlyWhatIsNew() {
        let request: JSONValue = [
            "after": "gateway/fake#3",
            "list": [
                ["from": 0, "count": 2], ["added": [["role": "user", "content": "new"]]], ["from": 3, "count": 1],
            ],
        ]
        let call = CallText(request: request)
        #expect(call.name == nil && call.base == "gateway/fake#3")
        #expect(call.messages == [["role": "user", "parts": [Self.text("new")]]])
    }

    private static let results: [JSONValue] = [
        ["role": "tool", "tool_call_id": "c", "content": "done"],
        ["type": "function_call_output", "call_id": "c", "output": "done"],
        ["role": "user", "content": [["type": "tool_result", "tool_use_id": "c", "content": "done"]]],
        ["role": "user", "parts": [["functionResponse": ["name": "c", "response": "done"]]]],
    ]

    @Test func knowsResultsOfTools() {
        let result: JSONValue = ["type": "tool_result", "call_id": "c", "text": "done"]
        for item in Self.results { #expect(CallText.message(item)["parts"] == [result]) }
        #expect(Self.results.map { CallText.message($0)["role"] } == ["tool", "tool", "user", "user"])
    }

    @Test func showsWhatStandsBesideTheMessages() {
        let request: JSONValue = [
            "fields": ["model": "m", "instructions": "Be brief.", "input": "Hello"], "added": [],
        ]
        let call = CallText(request: request)
        #expect(call.name == "m")
        #expect(
            call.messages == [
                ["role": "system", "parts": [Self.text("Be brief.")]], ["role": "user", "parts": [Self.text("Hello")]],
            ]
        )
        let target = CallText(request: ["target": "DELETE conversations/c", "fields": [:], "added": []])
        #expect(target.name == "DELETE conversations/c" && target.messages.isEmpty)
        #expect(target.target == target.name && call.target == nil)
    }

    private static func user(_ texts: String...) -> JSONValue {
        ["role": "user", "parts": .array(texts.map { text(.string($0)) })]
    }

    private static let system: JSONValue = ["role": "system", "parts": [text("Be brief.")]]
    private static let answered: JSONValue = ["role": "assistant", "parts": [text("Ho")]]

    /// Requests whose list is no conversation's, and so is kept among the fields.
    private static let asked: [(fields: String, messages: [JSONValue])] = [
        (#"{"model": "m", "input": ["one", "two"]}"#, [user("one", "two")]),
        (#"{"model": "m", "input": [15, 16]}"#, [user("[15,16]")]),
        (#"{"model": "m", "input": [{"role": "user", "content": "Hi"}]}"#, [user("Hi")]),
        (
            #"""
            {"model": "m", "system": "Be brief.",
             "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
            """#, [system, user("Hi"), answered]
        ), (#"{"content": {"parts": [{"text": "Hi"}]}}"#, [user("Hi")]),
        (
            #"""
            {"requests": [{"model": "m", "content": {"parts": [{"text": "Hi"}]}},
             {"content": {"parts": [{"text": "Ho"}]}}]}
            """#, [user("Hi"), user("Ho")]
        ), (#"{"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}"#, [user("Hi")]),
        (
            #"""
            {"generateContentRequest": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
             "systemInstruction": {"parts": [{"text": "Be brief."}]}}}
            """#, [system, user("Hi")]
        ), (#"{"items": [{"type": "message", "role": "user", "content": "Hi"}]}"#, [user("Hi")]),
        (#"{"metadata": {"topic": "x"}}"#, [["role": "user", "parts": [["metadata": ["topic": "x"]]]]]),
        (#"{"model": "m", "input": []}"#, [["role": "user", "parts": [["input": []]]]]), (#"{"model": "m"}"#, []),
    ]

    @Test(arguments: asked.indices) func showsWhatARequestWithoutAConversationAsks(number: Int) throws {
        let (fields, messages) = Self.asked[number]
        let call = CallText(request: ["fields": try JSONValue(parsing: fields), "added": []])
        #expect(call.messages == messages, "\(JSONValue.array(call.messages).text())")
    }
}
