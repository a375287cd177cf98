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
}
