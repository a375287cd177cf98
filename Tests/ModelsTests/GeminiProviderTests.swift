import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Models

@Suite(.timeLimit(.minutes(5))) struct GeminiProviderTests {
    private let scene = ProviderScene(.gemini)
    private let plain = ModelRequest(model: "gemini-3-pro", messages: [.user("hi")])

    private static func chunk(_ parts: String, finish: String? = nil, usage: String? = nil) -> String {
        #"{"candidates":[{"content":{"parts":[\#(parts)],"role":"model"},"index":0"#
            + (finish.map { #","finishReason":"\#($0)""# } ?? "") + "}]"
            + (usage.map { #","usageMetadata":\#($0)"# } ?? "")
            + #","modelVersion":"gemini-x","responseId":"r1"}"#
    }

    private static let usage =
        #"{"promptTokenCount":20,"cachedContentTokenCount":5,"candidatesTokenCount":6,"thoughtsTokenCount":4,"#
        + #""totalTokenCount":30}"#
    private static let thoughtful = [
        chunk(#"{"text":"Hm","thought":true}"#), chunk(#"{"text":"H"}"#), chunk(#"{"text":"é"}"#),
        chunk(#"{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"}"#),
        chunk(#"{"functionCall":{"id":"x1","name":"g"}}"#, finish: "STOP", usage: usage),
    ]

    private func ask(_ request: ModelRequest, _ documents: [String]) async throws -> ModelAnswer {
        try await scene.ask(request, ProviderScene.stream(ProviderScene.data(documents)))
    }

    @Test func readsThoughtsTextAndParallelCalls() async throws {
        let answer = try await ask(plain, Self.thoughtful)
        #expect(answer.message.text == "Hé")
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "call_r1_1", name: "f", arguments: .json(["a": 1])),
                ToolCall(id: "x1", name: "g", arguments: .json([:])),
            ]
        )
        #expect(answer.message.parts.first == .reasoning("Hm", opaque: nil))
        #expect(answer.stopReason == .toolCalls)
        #expect(answer.usage == TokenUsage(input: 20, cachedInput: 5, output: 10, reasoning: 4))
        #expect(answer.model == "gemini-x" && answer.responseID == "r1")
    }

    @Test func givesSignaturesBackWithTheirCallAlone() async throws {
        let answer = try await ask(plain, Self.thoughtful)
        var request = plain
        request.messages += [
            answer.message,
            .tool([
                ToolResult(callID: "call_r1_1", text: "one"), ToolResult(callID: "x1", text: "two", isError: true),
            ]),
        ]
        _ = try await ask(request, Self.thoughtful)
        let contents = try #require(try await scene.received().body["contents"]?.arrayValue)
        #expect(
            contents[1] == [
                "role": "model",
                "parts": [
                    ["text": "Hé"],
                    ["functionCall": ["name": "f", "args": ["a": 1]], "thoughtSignature": "c2ln"],
                    ["functionCall": ["name": "g", "args": [:], "id": "x1"]],
                ],
            ]
        )
        #expect(
            contents[2] == [
                "role": "user",
                "parts": [
                    ["functionResponse": ["name": "f", "response": ["output": "one"]]],
                    ["functionResponse": ["name": "g", "response": ["error": "two"], "id": "x1"]],
                ],
            ]
        )
        request.model = "gemini-2.5-pro"
        _ = try await ask(request, Self.thoughtful)
        let other = try await scene.received().body["contents"]?[1]?["parts"]?[1]
        #expect(other?["thoughtSignature"] == nil)
    }

    @Test func sendsWhatTheProviderNeeds() async throws {
        var request = ModelRequest(
            model: "gemini-2.5-flash",
            messages: [
                .system("Be brief."),
                ModelMessage(
                    role: .user,
                    parts: [
                        .file(ModelFile(mediaType: "image/png", name: nil, content: .data([1, 2, 3]))),
                        .file(ModelFile(mediaType: "application/pdf", name: nil, content: .url("https://x.test/b"))),
                        .text("hi"),
                    ]
                ),
            ]
        )
        request.reasoning = .low
        request.maximumOutputTokens = 99
        request.output = OutputSchema(name: "o", schema: ["type": "object"])
        _ = try await ask(request, Self.thoughtful)
        let (path, headers, body) = try await scene.received()
        #expect(path.hasSuffix("/models/gemini-2.5-flash:streamGenerateContent?alt=sse"))
        #expect(headers["x-goog-api-key"] == ProviderScene.secret)
        #expect(body["systemInstruction"] == ["parts": [["text": "Be brief."]]])
        #expect(
            body["generationConfig"] == [
                "responseMimeType": "application/json", "responseJsonSchema": ["type": "object"], "maxOutputTokens": 99,
                "thinkingConfig": ["thinkingBudget": 2048, "includeThoughts": true],
            ]
        )
        #expect(
            body["contents"]?[0]?["parts"] == [
                ["inlineData": ["mimeType": "image/png", "data": "AQID"]],
                ["fileData": ["mimeType": "application/pdf", "fileUri": "https://x.test/b"]], ["text": "hi"],
            ]
        )
        request.tools = [ToolDefinition(name: "f", description: "does f", parameters: ["type": "object"])]
        _ = try await ask(request, Self.thoughtful)
        let withTools = try await scene.received().body
        #expect(withTools["tools"]?[0]?["functionDeclarations"]?[0]?["parametersJsonSchema"] == ["type": "object"])
        #expect(withTools["generationConfig"]?["responseJsonSchema"] == nil)
    }

    @Test(arguments: [
        ("STOP", StopReason.end), ("MAX_TOKENS", .length), ("SAFETY", .contentFilter), ("SPII", .contentFilter),
        ("NEW", .other), ("OTHER", .unfinished),
    ])
    func knowsWhyTheModelStopped(_ word: String, _ expected: StopReason) async throws {
        #expect(try await ask(plain, [Self.chunk(#"{"text":"a"}"#, finish: word)]).stopReason == expected)
    }

    @Test func knowsAPromptThatWasBlocked() async throws {
        let answer = try await ask(plain, [#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#])
        #expect(answer.stopReason == .contentFilter && answer.message.text.contains("PROHIBITED_CONTENT"))
    }

    @Test(arguments: [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
    ])
    func takesNoAnswerThatTheProviderCallsBroken(_ word: String) async throws {
        for parts in ["", #"{"text":"a"}"#, #"{"functionCall":{"name":"f"}}"#] {
            let documents = [Self.chunk(parts, finish: word)]
            let error = try await scene.error(ProviderScene.stream(ProviderScene.data(documents)))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(parts): \(error)")
        }
    }

    @Test(arguments: ["OTHER", "NEW"]) func takesNoEmptyAnswerThatIsNoEnd(_ word: String) async throws {
        let error = try await scene.error(ProviderScene.stream(ProviderScene.data([Self.chunk("", finish: word)])))
        #expect(error.isRetryable && error.mayHaveBeenPaid, "\(error)")
    }

    @Test func takesNoHalfAnswer() async throws {
        for count in 0..<Self.thoughtful.count {
            let documents = Array(Self.thoughtful.prefix(count))
            let error = try await scene.error(ProviderScene.stream(ProviderScene.data(documents)))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(count): \(error)")
        }
        // The reason to stop came, and then the connection broke.
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        let broken = try await scene.error([
            .send(head), .chunk(ProviderScene.data(Self.thoughtful)), .close,
        ])
        #expect(broken.isRetryable && broken.mayHaveBeenPaid)
        for wrong in [
            "7", "[", #"{"candidates":7}"#, Self.chunk("7", finish: "STOP").replacing("[7]", with: "7"),
            Self.chunk(#"{"functionCall":{}}"#), Self.chunk("", finish: "MALFORMED_FUNCTION_CALL"),
        ] {
            let error = try await scene.error(ProviderScene.stream(ProviderScene.data([wrong])))
            #expect(error.isRetryable && error.mayHaveBeenPaid, "\(wrong): \(error)")
        }
    }

    @Test func knowsErrors() async throws {
        let body =
            #"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":["#
            + #"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}]"#
        let error = try await scene.error([.response("429 Too Many Requests", [], body)])
        #expect(
            error.reason
                == .status(code: 429, type: "RESOURCE_EXHAUSTED", retryAfter: .seconds(7), message: "quota")
        )
        #expect(error.isRetryable && !error.mayHaveBeenPaid)
    }
}
