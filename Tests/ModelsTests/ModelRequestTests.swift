import JobModel
import Models
import Testing

@Suite struct ModelRequestTests {
    @Test func hasFieldsForAFingerprintThatNeverChange() {
        var request = ModelRequest(model: "m", messages: [.user("hi")])
        #expect(
            request.fingerprintFields.text(.canonical)
                == #"{"messages":[{"parts":[{"text":"hi","type":"text"}],"role":"user"}],"model":"m"}"#
        )
        request.messages = []
        request.tools = [ToolDefinition(name: "f", description: "d", parameters: ["type": "object"])]
        request.toolChoice = .tool("f")
        request.allowsParallelToolCalls = false
        request.output = OutputSchema(name: "o", schema: true)
        request.temperature = 0.5
        request.maximumOutputTokens = 9
        request.seed = 4
        request.extra = ["top_p": 0.1]
        #expect(
            request.fingerprintFields.text(.canonical)
                == #"{"extra":{"top_p":0.1},"maximum_output_tokens":9,"messages":[],"model":"m","#
                + #""output":{"name":"o","schema":true,"strict":false},"parallel_tool_calls":false,"seed":4,"#
                + #""temperature":0.5,"tool_choice":{"tool":"f"},"#
                + #""tools":[{"description":"d","name":"f","parameters":{"type":"object"}}]}"#
        )
    }

    @Test func leavesOutWhatHasNoBearingWithoutTools() {
        var request = ModelRequest(model: "m", messages: [])
        let plain = request.fingerprintFields
        request.toolChoice = .required
        request.allowsParallelToolCalls = true
        #expect(request.fingerprintFields == plain)
    }
}
