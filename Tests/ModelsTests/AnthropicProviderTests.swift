import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Models

@Suite(.timeLimit(.minutes(5))) struct AnthropicProviderTests {
    private let scene = ProviderScene(.anthropic)

    private static func events(_ events: [(String, String)]) -> [ScriptedServer.Step] {
        ProviderScene.stream(events.map { "event: \($0.0)\ndata: \($0.1)\n\n" }.joined())
    }

    private static let start = (
        "message_start",
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"#
            + #""model":"claude-x","stop_reason":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":20,"#
            + #""cache_read_input_tokens":30,"output_tokens":1}}}"#
    )
    private static let stop = ("message_stop", #"{"type":"message_stop"}"#)

    private static func delta(_ index: Int, _ delta: String) -> (String, String) {
        ("content_block_delta", #"{"type":"content_block_delta","index":\#(index),"delta":\#(delta)}"#)
    }

    private static func block(_ index: Int, _ block: String) -> (String, String) {
        ("content_block_start", #"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#)
    }

    private static func end(_ reason: String, output: Int = 7) -> (String, String) {
        (
            "message_delta",
            #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":null},"#
                + #""usage":{"output_tokens":\#(output)}}"#
        )
    }

    private static let thoughtful: [(String, String)] = [
        start, ("ping", #"{"type":"ping"}"#),
        block(0, #"{"type":"thinking","thinking":"","signature":""}"#),
        delta(0, #"{"type":"thinking_delta","thinking":"Hm"}"#),
        delta(0, #"{"type":"signature_delta","signature":"c2ln"}"#),
        ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
        block(1, #"{"type":"redacted_thinking","data":"b3BhcXVl"}"#),
        block(2, #"{"type":"text","text":""}"#), delta(2, #"{"type":"text_delta","text":"Hé"}"#),
        block(3, #"{"type":"tool_use","id":"toolu_1","name":"f","input":{}}"#),
        delta(3, #"{"type":"input_json_delta","partial_json":"{\"a\":"}"#),
        delta(3, #"{"type":"input_json_delta","partial_json":"1}"}"#),
        block(4, #"{"type":"tool_use","id":"toolu_2","name":"g","input":{}}"#),
        block(5, #"{"type":"tool_use","id":"toolu_3","name":"h","input":{}}"#),
        delta(5, #"{"type":"input_json_delta","partial_json":"{\"a\""}"#),
        end("tool_use"), stop,
    ]

    @Test func readsThoughtsTextAndParallelCalls() async throws {
        let request = ModelRequest(model: "claude-sonnet-4-5", messages: [.user("hi")])
        let answer = try await scene.ask(request, Self.events(Self.thoughtful))
        #expect(answer.message.text == "Hé")
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "toolu_1", name: "f", arguments: .json(["a": 1])),
                ToolCall(id: "toolu_2", name: "g", arguments: .json([:])),
                ToolCall(id: "toolu_3", name: "h", arguments: .invalid(#"{"a""#)),
            ]
        )
        #expect(answer.stopReason == .toolCalls)
        #expect(answer.usage == TokenUsage(input: 60, cachedInput: 30, cacheWrite: 20, output: 7))
        #expect(answer.model == "claude-x" && answer.responseID == "msg_1")
    }

    @Test func givesThoughtsBackUnalteredToTheirModelAlone() async throws {
        var request = ModelRequest(model: "claude-sonnet-4-5", messages: [.user("hi")])
        request.reasoning = .medium
        let answer = try await scene.ask(request, Self.events(Self.thoughtful))
        request.messages += [answer.message, .tool([ToolResult(callID: "toolu_1", text: "no", isError: true)])]
        _ = try await scene.ask(request, Self.events(Self.thoughtful))
        let body = try await scene.received().body
        let blocks = try #require(body["messages"]?[1]?["content"]?.arrayValue)
        #expect(blocks[0] == ["type": "thinking", "thinking": "Hm", "signature": "c2ln"])
        #expect(blocks[1] == ["type": "redacted_thinking", "data": "b3BhcXVl"])
        #expect(body["thinking"] == ["type": "enabled", "budget_tokens": 8192])
        #expect(body["max_tokens"] == 16384)
        #expect(
            body["messages"]?[2]?["content"] == [
                ["type": "tool_result", "tool_use_id": "toolu_1", "content": "no", "is_error": true]
            ]
        )
        // Another model gets none of it, and does not think between a call and its result.
        request.model = "claude-opus-4-6"
        _ = try await scene.ask(request, Self.events(Self.thoughtful))
        let other = try await scene.received().body
        #expect(other["messages"]?[1]?["content"]?[0]?["type"] == "text")
        #expect(other["thinking"] == nil)
    }

    @Test func sendsWhatTheProviderNeeds() async throws {
        var request = ModelRequest(
            model: "claude-opus-4-6",
            messages: [
                .system("Be brief."),
                ModelMessage(
                    role: .user,
                    parts: [
                        .file(ModelFile(mediaType: "image/png", name: "a.png", content: .data([1, 2, 3]))),
                        .file(
                            ModelFile(mediaType: "application/pdf", name: "b.pdf", content: .url("https://x.test/b"))
                        ),
                        .file(ModelFile(mediaType: "text/csv", name: "c.csv", content: .data(Array("a,b".utf8)))),
                        .text("hi"),
                    ]
                ),
            ],
            tools: [ToolDefinition(name: "f", description: "does f", parameters: ["type": "object"])]
        )
        request.reasoning = .high
        request.cache.marksPrefix = true
        request.allowsParallelToolCalls = false
        request.output = OutputSchema(
            name: "o",
            schema: ["type": "object", "properties": ["a": ["type": "integer"]], "additionalProperties": false]
        )
        _ = try await scene.ask(request, Self.events([Self.start, Self.end("end_turn"), Self.stop]))
        let (path, headers, body) = try await scene.received()
        let mark: JSONValue = ["type": "ephemeral"]
        #expect(path.hasSuffix("/messages"))
        #expect(headers["x-api-key"] == ProviderScene.secret && headers["anthropic-version"] == "2023-06-01")
        #expect(headers["Idempotency-Key"] == "run-1" && headers["Authorization"] == nil)
        #expect(body["system"] == [["type": "text", "text": "Be brief.", "cache_control": mark]])
        #expect(
            body["tools"] == [
                ["name": "f", "description": "does f", "input_schema": ["type": "object"], "cache_control": mark]
            ]
        )
        #expect(body["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
        #expect(body["thinking"] == ["type": "adaptive"])
        #expect(body["output_config"]?["effort"] == "high")
        #expect(body["output_config"]?["format"]?["type"] == "json_schema")
        #expect(
            body["messages"] == [
                [
                    "role": "user",
                    "content": [
                        ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "AQID"]],
                        ["type": "document", "source": ["type": "url", "url": "https://x.test/b"], "title": "b.pdf"],
                        [
                            "type": "document", "source": ["type": "text", "media_type": "text/plain", "data": "a,b"],
                            "title": "c.csv",
                        ],
                        ["type": "text", "text": "hi", "cache_control": mark],
                    ],
                ]
            ]
        )
    }

    @Test func tellsAModelThatCannotBeHeldToASchema() async throws {
        var request = ModelRequest(model: "claude-3-haiku-20240307", messages: [.user("hi")])
        request.output = OutputSchema(name: "o", schema: ["type": "object", "additionalProperties": false])
        _ = try await scene.ask(request, Self.events([Self.start, Self.end("end_turn"), Self.stop]))
        let body = try await scene.received().body
        #expect(body["output_config"] == nil && body["max_tokens"] == 4096)
        #expect(body["system"]?[0]?["text"]?.stringValue?.contains("JSON Schema") == true)
    }

    @Test(arguments: [
        ("end_turn", StopReason.end), ("stop_sequence", .end), ("max_tokens", .length), ("refusal", .refusal),
        ("tool_use", .toolCalls), ("pause_turn", .unfinished), ("eos", .other),
    ])
    func knowsWhyTheModelStopped(_ word: String, _ expected: StopReason) async throws {
        let request = ModelRequest(model: "m", messages: [.user("hi")])
        let answer = try await scene.ask(request, Self.events([Self.start, Self.end(word), Self.stop]))
        #expect(answer.stopReason == expected)
    }

    @Test func readsAnAnswerThatIsNoStream() async throws {
        let body =
            #"{"id":"m1","type":"message","role":"assistant","model":"c","stop_reason":"tool_use","content":["#
            + #"{"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{"b":2}}],"#
            + #""usage":{"input_tokens":3,"output_tokens":2}}"#
        let answer = try await scene.ask(
            ModelRequest(model: "m", messages: [.user("hi")]),
            [.response("200 OK", ["Content-Type: application/json"], body)]
        )
        #expect(answer.message.text == "a")
        #expect(answer.message.toolCalls == [ToolCall(id: "t", name: "f", arguments: .json(["b": 2]))])
        #expect(answer.usage == TokenUsage(input: 3, output: 2))
    }

    @Test func takesNoHalfAnswer() async throws {
        let whole = [Self.start, Self.block(0, #"{"type":"text","text":"a"}"#), Self.end("end_turn"), Self.stop]
        for count in 0..<whole.count {
            let error = try await scene.error(Self.events(Array(whole.prefix(count))))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(count): \(error)")
        }
        for wrong in [
            Self.events([Self.start, Self.stop]), Self.events([Self.start, Self.delta(3, #"{"type":"text_delta"}"#)]),
            Self.events([Self.start, Self.block(0, #"{"type":"text"}"#), Self.block(0, #"{"type":"text"}"#)]),
            Self.events([("message_start", "{")]), ProviderScene.stream("<html>busy</html>"),
            [.response("200 OK", ["Content-Type: text/html"], "<html>")],
            [.response("200 OK", ["Content-Type: application/json"], #"{"type":"message"}"#)],
        ] {
            let error = try await scene.error(wrong)
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(error)")
        }
    }

    @Test func knowsErrors() async throws {
        let overloaded = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let refused = try await scene.error([.response("529 Overloaded", ["Retry-After: 3"], overloaded)])
        #expect(
            refused.reason
                == .status(code: 529, type: "overloaded_error", retryAfter: .seconds(3), message: "Overloaded")
        )
        #expect(refused.isRetryable && !refused.mayHaveBeenPaid)
        let inside = try await scene.error(Self.events([Self.start, ("error", overloaded)]))
        #expect(inside.reason == .reported(type: "overloaded_error", message: "Overloaded") && inside.isRetryable)
        let wrongKey = #"{"type":"error","error":{"type":"authentication_error","message":"\#(ProviderScene.secret)"}}"#
        let denied = try await scene.error([.response("401 Unauthorized", [], wrongKey)])
        #expect(!denied.isRetryable && denied.isOfThisModelAlone && !"\(denied)".contains(ProviderScene.secret))
    }
}
