import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Models

@Suite(.timeLimit(.minutes(5))) struct OpenAIResponsesProviderTests {
    private let scene = ProviderScene(.openAIResponses)

    private static let reasoning =
        #"{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}],"encrypted_content":"b3A="}"#
    private static let output =
        #"[\#(reasoning),{"id":"msg_1","type":"message","role":"assistant","status":"completed","#
        + #""content":[{"type":"output_text","text":"Hé","annotations":[]}]},"#
        + #"{"id":"fc_1","type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},"#
        + #"{"id":"fc_2","type":"function_call","call_id":"call_2","name":"g","arguments":"{\"a\""}]"#
    private static let usage =
        #"{"input_tokens":12,"input_tokens_details":{"cached_tokens":8},"output_tokens":9,"#
        + #""output_tokens_details":{"reasoning_tokens":5},"total_tokens":21}"#

    private static func response(_ status: String, output: String = output, more: String = "") -> String {
        #"{"id":"resp_1","object":"response","model":"gpt-x","status":"\#(status)","output":\#(output),"#
            + #""usage":\#(usage)\#(more)}"#
    }

    private static func done(_ type: String, _ response: String) -> String {
        #"{"type":"response.\#(type)","sequence_number":9,"response":\#(response)}"#
    }

    private static let deltas = [
        #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_text.delta","item_id":"msg_1","delta":"Hé"}"#,
    ]

    private func ask(_ request: ModelRequest, _ documents: [String]) async throws -> ModelAnswer {
        try await scene.ask(request, ProviderScene.stream(ProviderScene.data(documents)))
    }

    private let plain = ModelRequest(model: "gpt-5", messages: [.user("hi")])

    @Test func readsThoughtsTextAndParallelCalls() async throws {
        let answer = try await ask(plain, Self.deltas + [Self.done("completed", Self.response("completed"))])
        #expect(answer.message.text == "Hé")
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "call_1", name: "f", arguments: .json(["a": 1])),
                ToolCall(id: "call_2", name: "g", arguments: .invalid(#"{"a""#)),
            ]
        )
        #expect(answer.stopReason == .toolCalls)
        #expect(answer.usage == TokenUsage(input: 12, cachedInput: 8, output: 9, reasoning: 5))
        #expect(answer.model == "gpt-x" && answer.responseID == "resp_1")
    }

    @Test func givesThoughtsBackUnaltered() async throws {
        let events = [Self.done("completed", Self.response("completed"))]
        let answer = try await ask(plain, events)
        var request = plain
        request.messages += [answer.message, .tool([ToolResult(callID: "call_1", text: "x")])]
        _ = try await ask(request, events)
        let input = try #require(try await scene.received().body["input"]?.arrayValue)
        #expect(try input[1] == JSONValue(parsing: Self.reasoning))
        #expect(
            input.map { $0["type"] } == [
                "message", "reasoning", "message", "function_call", "function_call", "function_call_output",
            ]
        )
        #expect(input[4]["arguments"] == #"{"invalid_json":"{\"a\""}"#)
        request.model = "gpt-5-mini"
        _ = try await ask(request, events)
        let other = try #require(try await scene.received().body["input"]?.arrayValue)
        #expect(!other.contains { $0["type"] == "reasoning" })
    }

    @Test func takesItemsThatAreNotRepeatedAtTheEnd() async throws {
        let answer = try await ask(
            plain,
            [
                #"{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"a"}]}}"#,
                Self.done("completed", Self.response("completed", output: "[]")),
            ]
        )
        #expect(answer.message.text == "a")
    }

    @Test func sendsWhatTheProviderNeeds() async throws {
        var request = ModelRequest(
            model: "gpt-4o",
            messages: [
                .system("Be brief."),
                ModelMessage(
                    role: .user,
                    parts: [
                        .file(ModelFile(mediaType: "image/png", name: nil, content: .data([1, 2, 3]))),
                        .file(ModelFile(mediaType: "application/pdf", name: "b.pdf", content: .data([1]))),
                        .file(ModelFile(mediaType: "application/pdf", name: nil, content: .url("https://x.test/b"))),
                        .text("hi"),
                    ]
                ),
            ],
            tools: [ToolDefinition(name: "f", description: "does f", parameters: ["type": "object"])]
        )
        request.cache.key = "chassis-run-7"
        request.maximumOutputTokens = 99
        request.output = OutputSchema(name: "o", schema: ["type": "object"])
        _ = try await ask(request, [Self.done("completed", Self.response("completed"))])
        let (path, headers, body) = try await scene.received()
        #expect(path.hasSuffix("/responses") && headers["Authorization"] == "Bearer \(ProviderScene.secret)")
        #expect(body["instructions"] == "Be brief." && body["store"] == false && body["include"] == nil)
        #expect(body["prompt_cache_key"] == "chassis-run-7" && body["max_output_tokens"] == 99)
        #expect(body["text"]?["format"]?["type"] == "json_schema")
        #expect(body["tools"]?[0]?["name"] == "f")
        #expect(
            body["input"]?[0]?["content"] == [
                ["type": "input_image", "image_url": "data:image/png;base64,AQID"],
                ["type": "input_file", "filename": "b.pdf", "file_data": "data:application/pdf;base64,AQ=="],
                ["type": "input_file", "file_url": "https://x.test/b"],
                ["type": "input_text", "text": "hi"],
            ]
        )
        request.reasoning = .low
        _ = try await ask(request, [Self.done("completed", Self.response("completed"))])
        let thinking = try await scene.received().body
        #expect(thinking["reasoning"] == ["effort": "low"])
        #expect(thinking["include"] == ["reasoning.encrypted_content"])
    }

    @Test func knowsWhyTheModelStopped() async throws {
        func reason(_ status: String, _ more: String, _ output: String = "[]") async throws -> StopReason {
            let type = status == "completed" ? "completed" : "incomplete"
            return try await ask(plain, [Self.done(type, Self.response(status, output: output, more: more))]).stopReason
        }
        #expect(try await reason("completed", "") == .end)
        #expect(try await reason("incomplete", #","incomplete_details":{"reason":"max_output_tokens"}"#) == .length)
        #expect(try await reason("incomplete", #","incomplete_details":{"reason":"content_filter"}"#) == .contentFilter)
        #expect(try await reason("incomplete", #","incomplete_details":{"reason":"new"}"#) == .unfinished)
        #expect(try await reason("incomplete", "") == .unfinished)
        let refusal = #"[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]"#
        #expect(try await reason("completed", "", refusal) == .refusal)
    }

    @Test func takesNoHalfAnswer() async throws {
        for count in 0...Self.deltas.count {
            let error = try await scene.error(
                ProviderScene.stream(ProviderScene.data(Array(Self.deltas.prefix(count))))
            )
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(count): \(error)")
        }
        let wrong = [
            #"{"type":"response.completed"}"#, Self.done("completed", #"{"output":7,"status":"completed"}"#), "{", "[]",
            Self.done("completed", Self.response("in_progress")),
            Self.done("completed", Self.response("completed", output: #"[{"type":"function_call"}]"#)),
        ]
        for document in wrong {
            let error = try await scene.error(ProviderScene.stream(ProviderScene.data([document])))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(document): \(error)")
        }
    }

    @Test func knowsErrors() async throws {
        let failed = Self.done(
            "failed",
            Self.response("failed", output: "[]", more: #","error":{"code":"server_error","message":"boom"}"#)
        )
        let error = try await scene.error(ProviderScene.stream(ProviderScene.data([failed])))
        #expect(error.reason == .reported(type: "server_error", message: "boom") && error.isRetryable)
        let inside = #"{"type":"error","code":"insufficient_quota","message":"no money","param":null}"#
        let broke = try await scene.error(ProviderScene.stream(ProviderScene.data([inside])))
        #expect(broke.reason == .reported(type: "insufficient_quota", message: "no money"))
        #expect(!broke.isRetryable && broke.isOfThisModelAlone)
    }

    @Test func believesNoUsageThatCannotBe() async throws {
        for usage in [
            #"{"input_tokens":-5,"output_tokens":1}"#, #"{"input_tokens":99999999999,"output_tokens":1}"#, "7",
        ] {
            let text = Self.response("completed").replacing(Self.usage, with: usage)
            #expect(try await ask(plain, [Self.done("completed", text)]).usage == nil)
        }
    }
}
