import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Models

@Suite(.timeLimit(.minutes(5))) struct BedrockProviderTests {
    private static let model = "eu.anthropic.claude-sonnet-4-5-v1:0"
    private let scene: ProviderScene
    private let plain = ModelRequest(model: model, messages: [.user("hi")])

    init() {
        var scene = ProviderScene(.bedrock)
        scene.signer = AWSSigner(
            keyID: Secret("AKIDEXAMPLE"),
            secretKey: Secret("not-so-secret"),
            sessionToken: Secret("token-0123"),
            region: "eu-central-1",
            service: "bedrock"
        )
        self.scene = scene
    }

    private static func delta(_ index: Int, _ delta: String) -> [UInt8] {
        EventStreamFrames.event("contentBlockDelta", #"{"contentBlockIndex":\#(index),"delta":\#(delta)}"#)
    }

    private static func call(_ index: Int, _ id: String, _ name: String) -> [UInt8] {
        EventStreamFrames.event(
            "contentBlockStart",
            #"{"contentBlockIndex":\#(index),"start":{"toolUse":{"toolUseId":"\#(id)","name":"\#(name)"}}}"#
        )
    }

    private static func stop(_ reason: String) -> [UInt8] {
        EventStreamFrames.event("messageStop", #"{"stopReason":"\#(reason)"}"#)
    }

    private static let metadata = EventStreamFrames.event(
        "metadata",
        #"{"usage":{"inputTokens":10,"outputTokens":7,"totalTokens":17,"cacheReadInputTokens":30,"#
            + #""cacheWriteInputTokens":20},"metrics":{"latencyMs":5}}"#
    )
    private static let thoughtful = [
        EventStreamFrames.event("messageStart", #"{"role":"assistant"}"#),
        delta(0, #"{"reasoningContent":{"text":"Hm"}}"#), delta(0, #"{"reasoningContent":{"signature":"c2ln"}}"#),
        delta(1, #"{"text":"Hé"}"#), EventStreamFrames.event("contentBlockStop", #"{"contentBlockIndex":1}"#),
        call(2, "tooluse_1", "f"), delta(2, #"{"toolUse":{"input":"{\"a\":"}}"#),
        delta(2, #"{"toolUse":{"input":"1}"}}"#), call(3, "tooluse_2", "g"), stop("tool_use"), metadata,
    ]

    @Test func readsThoughtsTextAndParallelCalls() async throws {
        let answer = try await scene.ask(plain, ProviderScene.frames(Self.thoughtful))
        #expect(answer.message.text == "Hé")
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "tooluse_1", name: "f", arguments: .json(["a": 1])),
                ToolCall(id: "tooluse_2", name: "g", arguments: .json([:])),
            ]
        )
        #expect(answer.stopReason == .toolCalls)
        #expect(answer.usage == TokenUsage(input: 60, cachedInput: 30, cacheWrite: 20, output: 7))
        #expect(answer.responseID == "r")
    }

    @Test func givesThoughtsBackUnaltered() async throws {
        let answer = try await scene.ask(plain, ProviderScene.frames(Self.thoughtful))
        var request = plain
        request.messages += [answer.message, .tool([ToolResult(callID: "tooluse_1", text: "x")]), .user("go on")]
        request.reasoning = .low
        _ = try await scene.ask(request, ProviderScene.frames(Self.thoughtful))
        let body = try await scene.received().body
        #expect(
            body["messages"]?[1]?["content"]?[0]
                == ["reasoningContent": ["reasoningText": ["text": "Hm", "signature": "c2ln"]]]
        )
        // Roles take turns: the results and what the user says behind them are one message.
        #expect(body["messages"]?.arrayValue?.count == 3)
        #expect(body["messages"]?[2]?["content"]?[1] == ["text": "go on"])
        #expect(
            body["additionalModelRequestFields"] == ["thinking": ["type": "enabled", "budget_tokens": 2048]]
        )
        #expect(body["inferenceConfig"] == ["maxTokens": 10240])
    }

    @Test func sendsWhatTheProviderNeeds() async throws {
        var request = ModelRequest(
            model: Self.model,
            messages: [
                .system("Be brief."),
                ModelMessage(
                    role: .user,
                    parts: [
                        .file(ModelFile(mediaType: "image/png", name: nil, content: .data([1, 2, 3]))),
                        .file(ModelFile(mediaType: "application/pdf", name: "b/c.pdf", content: .data([1]))),
                        .text("hi"),
                    ]
                ),
            ],
            tools: [ToolDefinition(name: "f", description: "", parameters: ["type": "object"])]
        )
        request.cache.marksPrefix = true
        _ = try await scene.ask(request, ProviderScene.frames(Self.thoughtful))
        let (path, headers, body) = try await scene.received()
        #expect(path.hasSuffix("/model/eu.anthropic.claude-sonnet-4-5-v1%3A0/converse-stream"))
        #expect(headers["Authorization"]?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") == true)
        #expect(headers["X-Amz-Security-Token"] == "token-0123")
        #expect(body["system"] == [["text": "Be brief."], ["cachePoint": ["type": "default"]]])
        #expect(
            body["messages"]?[0]?["content"] == [
                ["image": ["format": "png", "source": ["bytes": "AQID"]]],
                ["document": ["format": "pdf", "name": "b-c-pdf 2", "source": ["bytes": "AQ=="]]],
                ["text": "hi"], ["cachePoint": ["type": "default"]],
            ]
        )
        #expect(
            body["toolConfig"]?["tools"]?[0]?["toolSpec"]
                == ["name": "f", "description": "f", "inputSchema": ["json": ["type": "object"]]]
        )
    }

    @Test func refusesAnAddressThatItDoesNotFetch() async throws {
        let file = ModelFile(mediaType: "image/png", name: nil, content: .url("https://x.test/a.png"))
        let request = ModelRequest(model: "m", messages: [ModelMessage(role: .user, parts: [.file(file)])])
        let error = try #require(await #expect(throws: ModelError.self) { try await scene.ask(request, []) })
        guard case .invalidRequest = error.reason else { return #expect(Bool(false), "\(error)") }
    }

    @Test func takesNoHalfAnswer() async throws {
        // Its terminator is the message before the last.
        for count in 0..<(Self.thoughtful.count - 1) {
            let error = try await scene.error(ProviderScene.frames(Array(Self.thoughtful.prefix(count))))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(count): \(error)")
        }
        let answer = try await scene.ask(plain, ProviderScene.frames(Self.thoughtful.dropLast()))
        #expect(answer.usage == nil && answer.message.text == "Hé")
        let cut = Array(Self.thoughtful.dropLast()) + [Array(Self.metadata.dropLast())]
        #expect(try await scene.error(ProviderScene.frames(cut)).mayHaveBeenPaid)
        for wrong in [
            [EventStreamFrames.event("messageStop", "{")], [EventStreamFrames.event("contentBlockDelta", "{}")],
            [Self.delta(0, #"{"toolUse":{"input":"x"}}"#)], [Self.call(0, "t", "")], [Array("<html>hello</html>".utf8)],
        ] {
            let error = try await scene.error(ProviderScene.frames(wrong))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(error)")
        }
    }

    /// The call may have come in part, or not at all: it is not to be made.
    @Test(arguments: ["malformed_tool_use", "malformed_model_output"])
    func takesNoAnswerThatTheProviderCallsBroken(_ word: String) async throws {
        let broken = Self.thoughtful.prefix(4) + [Self.call(2, "tooluse_1", "f"), Self.stop(word), Self.metadata]
        let error = try await scene.error(ProviderScene.frames(Array(broken)))
        #expect(error.isRetryable && error.mayHaveBeenPaid, "\(error)")
        #expect("\(error)".contains(word))
    }

    @Test func knowsErrors() async throws {
        let refused = try await scene.error([
            .response(
                "429 Too Many Requests",
                ["x-amzn-ErrorType: ThrottlingException:http://x"],
                #"{"message":"slow, not-so-secret"}"#
            )
        ])
        #expect(
            refused.reason
                == .status(code: 429, type: "ThrottlingException", retryAfter: nil, message: "slow, <redacted>")
        )
        let throttled = EventStreamFrames.exception("throttlingException", #"{"message":"later"}"#)
        let inside = try await scene.error(ProviderScene.frames([throttled]))
        #expect(inside.reason == .reported(type: "throttlingException", message: "later") && inside.isRetryable)
        let wrong = EventStreamFrames.exception("validationException", #"{"message":"no"}"#)
        #expect(try await !scene.error(ProviderScene.frames([wrong])).isRetryable)
    }
}
