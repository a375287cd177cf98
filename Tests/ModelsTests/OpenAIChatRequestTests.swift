import JobModel
import Testing

@testable import Models

@Suite struct OpenAIChatRequestTests {
    private func body(_ request: ModelRequest, _ kind: ModelEndpoint.Kind = .openAICompatible) -> JSONValue {
        let endpoint = ModelEndpoint(name: "a", kind: kind, baseURL: "", key: nil)
        do {
            return try OpenAIChatRequest(
                request,
                kind: kind,
                origin: ReasoningOrigin(endpoint, model: request.model)
            ).body
        } catch {
            Issue.record(error)
            return .null
        }
    }

    @Test func writesImagesAndFiles() {
        let parts: [MessagePart] = [
            .file(ModelFile(mediaType: "image/png", name: nil, content: .data([1, 2, 3]))),
            .file(ModelFile(mediaType: "image/png", name: nil, content: .url("https://x.test/a.png"))),
            .file(ModelFile(mediaType: "application/pdf", name: "b.pdf", content: .data([1]))),
            .file(ModelFile(mediaType: "text/csv", name: "c.csv", content: .data(Array("a,b".utf8)))), .text("hi"),
        ]
        let content = body(ModelRequest(model: "m", messages: [ModelMessage(role: .user, parts: parts)]))["messages"]?[
            0
        ]?["content"]
        #expect(
            content == [
                ["type": "image_url", "image_url": ["url": "data:image/png;base64,AQID"]],
                ["type": "image_url", "image_url": ["url": "https://x.test/a.png"]],
                ["type": "file", "file": ["filename": "b.pdf", "file_data": "data:application/pdf;base64,AQ=="]],
                ["type": "text", "text": "c.csv:\na,b"], ["type": "text", "text": "hi"],
            ]
        )
    }

    @Test func tellsOpenAIAloneItsCacheKey() {
        var request = ModelRequest(model: "m", messages: [.user("u")])
        request.cache.key = "chassis-run-7"
        request.reasoning = .low
        #expect(body(request, .openAI)["prompt_cache_key"] == "chassis-run-7")
        #expect(body(request, .openAI)["reasoning_effort"] == "low")
        #expect(body(request)["prompt_cache_key"] == nil)
    }

    @Test func givesThoughtsBackUnderTheirNameToTheirModelAlone() throws {
        let endpoint = ModelEndpoint(name: "a", kind: .openAICompatible, baseURL: "", key: nil)
        let origin = ReasoningOrigin(endpoint, model: "m")
        func request(_ message: String, model: String = "m") throws -> JSONValue? {
            let completion = #"{"choices":[{"message":\#(message),"finish_reason":"tool_calls"}]}"#
            let answer = try OpenAIChatDraft(completion: JSONValue(parsing: completion), origin: origin).answer()
            return body(ModelRequest(model: model, messages: [answer.message]))["messages"]?[0]
        }
        let call = #""tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]"#
        let plain = #"{"reasoning_content":"hm",\#(call)}"#
        #expect(try request(plain)?["reasoning_content"] == "hm")
        #expect(try request(plain, model: "n")?["reasoning_content"] == nil)
        #expect(try request(#"{"reasoning":"hm",\#(call)}"#)?["reasoning_content"] == nil)
        let details = #"[{"type":"reasoning.encrypted","data":"b3A=","index":0}]"#
        let opaque = try request(#"{"reasoning":"hm","reasoning_details":\#(details),\#(call)}"#)
        #expect(try opaque?["reasoning_details"] == JSONValue(parsing: details))
    }

    @Test func putsReasoningDetailsTogether() {
        var details = ReasoningDetails()
        details.add([["type": "reasoning.text", "text": "a", "index": 0]])
        details.add([
            ["type": "reasoning.text", "text": "b", "signature": "s", "index": 0], ["type": "x", "index": 1],
        ])
        #expect(
            details.values == [
                ["type": "reasoning.text", "text": "ab", "signature": "s", "index": 0], ["type": "x", "index": 1],
            ]
        )
    }

    @Test func asksForAStreamWithItsUsage() {
        #expect(
            body(ModelRequest(model: "m", messages: [.system("s"), .user("u")])).text(.canonical)
                == #"{"messages":[{"content":"s","role":"system"},{"content":"u","role":"user"}],"model":"m","#
                + #""stream":true,"stream_options":{"include_usage":true}}"#
        )
    }

    @Test func writesToolCallsAndResults() {
        let assistant = ModelMessage(
            role: .assistant,
            parts: [
                .reasoning("r", opaque: nil), .toolCall(ToolCall(id: "1", name: "f", arguments: .json(["a": 1]))),
                .toolCall(ToolCall(id: "2", name: "g", arguments: .invalid("{"))),
            ]
        )
        let results = ModelMessage.tool([
            ToolResult(callID: "1", text: "x"), ToolResult(callID: "2", text: "y", isError: true),
        ])
        #expect(
            body(ModelRequest(model: "m", messages: [assistant, results]))["messages"]?.text(.canonical)
                == #"[{"content":null,"role":"assistant","tool_calls":["#
                + #"{"function":{"arguments":"{\"a\":1}","name":"f"},"id":"1","type":"function"},"#
                + #"{"function":{"arguments":"{\"invalid_json\":\"{\"}","name":"g"},"id":"2","type":"function"}]},"#
                + #"{"content":"x","role":"tool","tool_call_id":"1"},{"content":"y","role":"tool","tool_call_id":"2"}]"#
        )
    }

    @Test func writesSeveralTextsAsParts() {
        let message = ModelMessage(role: .user, parts: [.text("a"), .text("b")])
        #expect(
            body(ModelRequest(model: "m", messages: [message]))["messages"]?.text(.canonical)
                == #"[{"content":[{"text":"a","type":"text"},{"text":"b","type":"text"}],"role":"user"}]"#
        )
        let empty = ModelMessage(role: .assistant, parts: [])
        #expect(
            body(ModelRequest(model: "m", messages: [empty]))["messages"]?.text(.canonical)
                == #"[{"content":"","role":"assistant"}]"#
        )
    }

    @Test func writesToolsAndSettings() {
        var request = ModelRequest(
            model: "m",
            messages: [],
            tools: [ToolDefinition(name: "f", description: "d", parameters: ["type": "object"])]
        )
        request.toolChoice = .tool("f")
        request.allowsParallelToolCalls = false
        request.temperature = 0
        request.seed = 5
        request.maximumOutputTokens = 6
        request.output = OutputSchema(name: "o", schema: ["type": "object"], isStrict: true)
        request.extra = ["top_p": 0.5, "stream": false, "n": 3]
        let body = body(request)
        #expect(
            body["tools"]?.text(.canonical)
                == #"[{"function":{"description":"d","name":"f","parameters":{"type":"object"}},"type":"function"}]"#
        )
        #expect(body["tool_choice"] == ["type": "function", "function": ["name": "f"]])
        #expect(body["parallel_tool_calls"] == false)
        #expect(body["temperature"] == 0 && body["seed"] == 5 && body["max_tokens"] == 6)
        #expect(
            body["response_format"]?.text(.canonical)
                == #"{"json_schema":{"name":"o","schema":{"type":"object"},"strict":true},"type":"json_schema"}"#
        )
        #expect(body["top_p"] == 0.5 && body["stream"] == true && body["n"] == nil)
        #expect(self.body(request, .openAI)["max_completion_tokens"] == 6)
        #expect(self.body(request, .openAI)["max_tokens"] == nil)
    }

    @Test(arguments: [(ToolChoice.none, "none"), (.required, "required")])
    func writesWhetherAToolMustBeCalled(_ choice: ToolChoice, _ word: String) {
        var request = ModelRequest(model: "m", messages: [])
        request.toolChoice = choice
        #expect(body(request)["tool_choice"] == nil)
        request.tools = [ToolDefinition(name: "f", description: "d", parameters: [:])]
        #expect(body(request)["tool_choice"] == .string(word))
    }
}
