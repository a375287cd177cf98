import HTTPTransport
import JobModel
import Models
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct OpenAIChatProviderTests {
    private static let secret = "sk-test-0123456789"
    private static let stream =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n"
    private static let first =
        #"data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{"content":"Hé"}}]}"# + "\n\n"
    private static let last =
        #"data: {"choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":"stop"}]}"# + "\n\n"
        + #"data: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}"# + "\n\n"
    private static let done = "data: [DONE]\n\n"
    private static let complete = ModelAnswer(
        message: .assistant("Héllo"),
        stopReason: .end,
        usage: TokenUsage(input: 2, output: 1),
        model: "m-1",
        responseID: "r"
    )

    private let server = ScriptedServer.shared
    private let tag = ScriptedServer.shared.newTag()

    private func ask(
        _ steps: [ScriptedServer.Step],
        timeouts: ModelTimeouts = ModelTimeouts(),
        baseURL: String? = nil,
        headers: [(name: String, value: Secret)] = [],
        onText: (@Sendable (String) -> Void)? = nil
    ) async throws -> ModelAnswer {
        let url = await server.url(steps, tag: tag)
        let endpoint = ModelEndpoint(
            name: "my-model",
            kind: .openAI,
            baseURL: baseURL ?? url,
            key: Secret(Self.secret),
            headers: headers,
            timeouts: timeouts
        )
        return try await OpenAIChatProvider().answer(
            ModelRequest(model: "m", messages: [.user("hi")]),
            from: endpoint,
            idempotencyKey: "run-1",
            onText: onText
        )
    }

    private func error(
        _ steps: [ScriptedServer.Step],
        timeouts: ModelTimeouts = ModelTimeouts(),
        baseURL: String? = nil
    ) async throws -> ModelError {
        let error = try #require(
            await #expect(throws: ModelError.self) { try await ask(steps, timeouts: timeouts, baseURL: baseURL) }
        )
        #expect(error.connection == "my-model")
        #expect(error.description.contains("my-model"))
        #expect(!String(reflecting: error).contains(Self.secret))
        #expect(error.description.utf8.count < 1000)
        return error
    }

    @Test(arguments: [nil, 1, 2, 7])
    func readsAStreamHoweverItIsCut(_ pieces: Int?) async throws {
        let texts = Mutex<[String]>([])
        let body = ": hello\n\n" + Self.first + Self.last + Self.done
        let answer = try await ask([.send(Self.stream + body, pieces: pieces), .close]) { text in
            texts.withLock { $0.append(text) }
        }
        #expect(answer == Self.complete)
        #expect(texts.withLock { $0 } == ["Hé", "llo"])
    }

    @Test(arguments: ["\r\n", "\r"])
    func readsEveryKindOfLineEnd(_ end: String) async throws {
        let body = (Self.first + Self.last + Self.done).replacing("\n", with: end)
        #expect(try await ask([.send(Self.stream + body), .close]) == Self.complete)
    }

    @Test func isDoneAtTheTerminator() async throws {
        #expect(try await ask([.send(Self.stream + Self.first + Self.last + Self.done), .hang]) == Self.complete)
    }

    @Test func readsAnAnswerThatIsNoStream() async throws {
        let body =
            #"{"id":"r","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Héllo"},"#
            + #""finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}"#
        let texts = Mutex<[String]>([])
        let answer = try await ask([.response("200 OK", ["Content-Type: application/json"], body)]) { text in
            texts.withLock { $0.append(text) }
        }
        #expect(answer == Self.complete)
        #expect(texts.withLock { $0 } == ["Héllo"])
    }

    @Test func sendsWhatTheProviderNeeds() async throws {
        _ = try await ask(
            [.send(Self.stream + Self.first + Self.last + Self.done), .close],
            headers: [("X-Team", Secret("growth")), ("accept", Secret("*/*"))]
        )
        let response = try await HTTPClient.shared.send(HTTPRequest(url: await server.requestsURL(tag)))
        let received = try #require(JSONValue(parsing: response.body)[0])
        #expect(received["method"] == "POST")
        #expect(received["path"]?.stringValue?.hasSuffix("/chat/completions") == true)
        let headers = HTTPHeaders(
            (received["headers"]?.arrayValue ?? []).compactMap { field in
                guard let name = field[0]?.stringValue, let value = field[1]?.stringValue else { return nil }
                return (name, value)
            }
        )
        #expect(headers["Authorization"] == "Bearer \(Self.secret)")
        #expect(headers["Idempotency-Key"] == "run-1")
        #expect(headers["Content-Type"] == "application/json")
        #expect(headers["X-Team"] == "growth")
        #expect(headers.values(of: "Accept") == ["*/*"])
        let body = try JSONValue(parsing: received["body"]?.stringValue ?? "")
        #expect(body["model"] == "m" && body["stream"] == true)
    }

    // MARK: Faults

    @Test func honoursRetryAfter() async throws {
        let error = try await error([
            .response(
                "429 Too Many Requests",
                ["Retry-After: 7"],
                #"{"error":{"message":"slow down","type":"rate_limit"}}"#
            )
        ])
        #expect(error.reason == .status(code: 429, type: "rate_limit", retryAfter: .seconds(7), message: "slow down"))
        #expect(error.isRetryable && !error.mayHaveBeenPaid)
    }

    @Test func takesTheKeyOutOfTheProvidersMessage() async throws {
        let body = #"{"error":{"message":"Incorrect API key provided: \#(Self.secret)","code":"invalid_api_key"}}"#
        let error = try await error([.response("401 Unauthorized", [], body)])
        #expect(
            error.description
                == "my-model answered 401; check the connection's key: Incorrect API key provided: <redacted>"
        )
        #expect(!error.isRetryable)
    }

    @Test func boundsTheProvidersMessage() async throws {
        for size in [60_000, 600_000] {
            let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: \(size)\r\n\r\n"
            let error = try await error([.send(head), .flood(size)])
            guard case .status(500, nil, nil, _) = error.reason else { return #expect(Bool(false), "\(error)") }
        }
    }

    @Test(
        arguments: [
            [.close], [.reset], [.send(stream), .close], [.send(stream + first), .close],
            [.send(stream + first), .reset], [.send(stream + first + last), .close],
            [.send(stream + first + last + "data: [DONE]"), .close],
            [.send(stream.replacing("Connection: close", with: "Transfer-Encoding: chunked")), .chunk(first), .close],
            [.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"), .close],
            [.send(stream + first + "data: \u{0}\n\n"), .close],
            [.send(stream + "data: <html>\n\n"), .close],
            [
                .send(Array(stream.utf8) + Array("data: {\"a\":\"".utf8) + [0xFF, 0xFE] + Array("\"}\n\n".utf8)),
                .close,
            ],
            [.send(stream + "<html><body>busy</body></html>"), .close],
            [.response("200 OK", ["Content-Type: text/html"], "<html>hello</html>")],
            [.response("200 OK", ["Content-Type: application/json"], "")],
            [.response("200 OK", ["Content-Type: application/json"], "{}")],
            [.response("200 OK", ["Content-Type: application/json"], #"{"choices":[{"message":{"content":"half"}}]}"#)],
            [.response("200 OK", ["Content-Type: application/json"], #"{"choices":"#)],
            [.response("200 OK")],
            [
                .send(stream + first + "data: {\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}}\n\n"),
                .close,
            ],
        ] as [[ScriptedServer.Step]]
    )
    func takesNoHalfAnswer(_ steps: [ScriptedServer.Step]) async throws {
        let error = try await error(steps)
        #expect(error.isRetryable && error.mayHaveBeenPaid)
        switch error.reason {
        case .cutStream, .malformed, .reported: break
        case .invalidRequest, .unreachable, .status, .stalled: #expect(Bool(false), "\(error)")
        }
    }

    @Test(arguments: [[.hang], [.send(stream), .hang], [.send(stream + first), .hang]] as [[ScriptedServer.Step]])
    func noticesAProviderThatFallsSilent(_ steps: [ScriptedServer.Step]) async throws {
        var timeouts = ModelTimeouts()
        timeouts.firstByte = .milliseconds(40)
        timeouts.stall = .milliseconds(40)
        let error = try await error(steps, timeouts: timeouts)
        guard case .stalled = error.reason else { return #expect(Bool(false), "\(error)") }
        #expect(error.isRetryable && error.mayHaveBeenPaid)
    }

    @Test func knowsThatAProviderThatIsNotThereIsNotPaid() async throws {
        let refused = try await error([], baseURL: "http://127.0.0.1:1/v1")
        guard case .unreachable = refused.reason else { return #expect(Bool(false), "\(refused)") }
        #expect(refused.isRetryable && !refused.mayHaveBeenPaid)
        let wrong = try await error([], baseURL: "localhost/v1")
        guard case .invalidRequest = wrong.reason else { return #expect(Bool(false), "\(wrong)") }
        #expect(!wrong.isRetryable && !wrong.mayHaveBeenPaid)
    }

    @Test func endsTheCallWhenItsTaskIsCancelled() async throws {
        await withThrowingTaskGroup { group in
            let heard = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                _ = try await ask([.send(Self.stream + Self.first), .hang]) { _ in heard.continuation.yield() }
            }
            for await _ in heard.stream { break }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        _ = try await HTTPClient.shared.send(HTTPRequest(url: await server.hangupURL(tag)))
    }
}
