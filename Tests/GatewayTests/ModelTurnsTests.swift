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

    @Test func tellsCircles() {
        let limits = LoopLimits(repeatedCalls: 2, repeatedCycles: 2)
        #expect(limits.fault(in: [["f {}"], ["f {}"]]) == nil)
        #expect(limits.fault(in: [["f {}"], ["f {}"], ["f {}"]])?.code == "limit-repeated-calls")
        let cycle = [["f {}"], ["g {}"]]
        #expect(limits.fault(in: cycle + cycle) == nil)
        #expect(limits.fault(in: cycle + cycle + cycle)?.code == "limit-repeated-cycles")
    }
}
