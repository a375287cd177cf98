import JobModel
import Models
import Testing

@Suite struct ModelAnswerTests {
    @Test func isKeptInOneForm() throws {
        let answer = ModelAnswer(
            message: .assistant("hi"),
            stopReason: .toolCalls,
            usage: TokenUsage(input: 7, cachedInput: 4, cacheWrite: 2, output: 3, reasoning: 1),
            model: "m-1",
            responseID: "r"
        )
        let text =
            #"{"message":{"role":"assistant","parts":[{"type":"text","text":"hi"}]},"stop_reason":"tool_calls","#
            + #""usage":{"input":7,"cached_input":4,"cache_write":2,"output":3,"reasoning":1},"model":"m-1","#
            + #""response_id":"r"}"#
        #expect(answer.json.text() == text)
        #expect(try ModelAnswer(json: JSONValue(parsing: text)) == answer)
    }

    @Test func keepsThatTheUsageIsUnknown() throws {
        let answer = ModelAnswer(
            message: .assistant(""),
            stopReason: .end,
            usage: nil,
            model: "m",
            responseID: nil
        )
        #expect(try ModelAnswer(json: answer.json) == answer)
        #expect(answer.json["usage"] == nil)
    }

    @Test func refusesCountsThatAreNone() {
        let json: JSONValue = ["input": -1, "cached_input": 0, "output": 0, "reasoning": 0]
        #expect(throws: ModelJSONError(place: "usage.input", expected: "an integer of at least 0")) {
            try TokenUsage(json: json)
        }
    }
}
