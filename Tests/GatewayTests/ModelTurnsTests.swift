import JobModel
import Testing

@testable import Gateway

@Suite struct ModelTurnsTests {
    private static let bodies: [WireFormat: JSONObject] = [
        .chat: [
            "messages": [
                ["role": "user", "content": "go"],
                ["role": "assistant", "tool_calls": [["id": "1", "function": ["name": "f", "arguments": "{}"]]]],
                ["role": "tool", "tool_call_id": "1", "content": "x"],
                ["role": "assistant", "content": "hm"],
            ]
        ],
        .responses: [
            "input": [
                ["role": "user", "content": "go"], ["type": "reasoning", "id": "r"],
                ["type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"],
                ["type": "function_call_output", "call_id": "1", "output": "x"],
            ]
        ],
        .messages: [
            "messages": [
                ["role": "user", "content": "go"],
                ["role": "assistant", "content": [["type": "tool_use", "id": "1", "name": "f", "input": [:]]]],
            ]
        ],
        .generate: [
            "contents": [["role": "model", "parts": [["functionCall": ["name": "f", "args": [:]]]]]]
        ],
    ]

    @Test(arguments: [WireFormat.chat, .responses, .messages, .generate])
    func findsWhatTheModelCalled(_ format: WireFormat) throws {
        let body = try #require(Self.bodies[format])
        #expect(ModelTurns.calls(in: body, format) == [["f {}"]])
    }

    /// An answer without calls ends a row, in everybody's words; what stands before calls in one answer does not.
    @Test(arguments: [WireFormat.chat, .responses, .messages, .generate])
    func beginsBehindTheLastAnswerWithoutCalls(_ format: WireFormat) throws {
        let key = try #require(format.listKey)
        let (call, result, answer, question) = try #require(Self.items[format])
        let before = [question, call, result, answer, question]
        #expect(ModelTurns.calls(in: [key: .array(before)], format) == [["f {}"]])
        #expect(ModelTurns.calls(in: [key: .array(before + [call, result])], format) == [["f {}"]])
        let spoken = [question, call, result, answer, call, result]
        #expect(ModelTurns.calls(in: [key: .array(spoken)], format) == [["f {}"], ["f {}"]])
    }

    private static let items: [WireFormat: (JSONValue, JSONValue, JSONValue, JSONValue)] = [
        .chat: (
            ["role": "assistant", "tool_calls": [["id": "1", "function": ["name": "f", "arguments": "{}"]]]],
            ["role": "tool", "tool_call_id": "1", "content": "x"],
            ["role": "assistant", "content": "hm"], ["role": "user", "content": "go"]
        ),
        .responses: (
            ["type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"],
            ["type": "function_call_output", "call_id": "1", "output": "x"],
            ["type": "message", "role": "assistant", "content": "hm"], ["role": "user", "content": "go"]
        ),
        .messages: (
            ["role": "assistant", "content": [["type": "tool_use", "id": "1", "name": "f", "input": [:]]]],
            ["role": "user", "content": [["type": "tool_result", "tool_use_id": "1", "content": "x"]]],
            ["role": "assistant", "content": "hm"], ["role": "user", "content": "go"]
        ),
        .generate: (
            ["role": "model", "parts": [["functionCall": ["name": "f", "args": [:]]]]],
            ["role": "user", "parts": [["functionResponse": ["name": "f", "response": [:]]]]],
            ["role": "model", "parts": [["text": "hm"]]], ["role": "user", "parts": [["text": "go"]]]
        ),
    ]

    @Test func tellsCircles() {
        let limits = LoopLimits(repeatedCalls: 2, repeatedCycles: 2)
        #expect(limits.fault(in: [["f {}"], ["f {}"]]) == nil)
        #expect(limits.fault(in: [["f {}"], ["f {}"], ["f {}"]])?.code == "limit-repeated-calls")
        let cycle = [["f {}"], ["g {}"]]
        #expect(limits.fault(in: cycle + cycle) == nil)
        #expect(limits.fault(in: cycle + cycle + cycle)?.code == "limit-repeated-cycles")
    }
}
