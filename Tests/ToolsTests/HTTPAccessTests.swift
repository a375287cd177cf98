import HTTPTransport
import JobModel
import Models
import TestSupport
import Testing
import Tools
import Workflow

@Suite(.timeLimit(.minutes(3))) struct HTTPAccessTests {
    private let server = ScriptedServer.shared

    private func base() async throws -> WebAddress { try WebAddress("http://127.0.0.1:\(await server.port)/") }

    private func access(
        _ methods: [HTTPMethod] = HTTPMethod.allCases,
        below path: String = "",
        headers: HTTPHeaders = [:],
        _ change: (inout HTTPLimits) -> Void = { _ in }
    ) async throws -> HTTPAccess {
        var limits = HTTPLimits()
        change(&limits)
        let base = try WebAddress("http://127.0.0.1:\(await server.port)/\(path)")
        return HTTPAccess(target: .below(base), methods: methods, headers: headers, policy: .any, limits: limits)
    }

    private func request(to tag: String) async throws -> JSONValue? {
        let client = HTTPClient.shared
        let answer = try await client.send(HTTPRequest(url: await server.requestsURL(tag)))
        return try JSONValue(parsing: answer.body)[0]
    }

    @Test func sendsAndReadsJSON() async throws {
        let tag = server.newTag()
        let url = await server.url(
            [
                .response(
                    "201 Created",
                    ["Content-Type: application/json", "ETag: \"1\"", "Set-Cookie: a=b"],
                    #"{"ok":[1]}"#
                )
            ],
            tag: tag
        )
        var call = HTTPCall(method: .post, url: url)
        call.headers = [("X-One", "1")]
        call.body = .json(["a": 1])
        call.idempotencyKey = "k1"
        let answer = try await access(headers: ["Authorization": "Bearer s3cret"]).send(call)
        #expect(
            answer.json == [
                "status": 201, "headers": ["content-type": "application/json", "etag": "\"1\""], "body": ["ok": [1]],
            ]
        )
        let seen = try #require(try await request(to: tag)).text()
        for part in ["POST", "X-One", "application/json", "Bearer s3cret", "k1", #"{\"a\":1}"#] {
            #expect(seen.contains(part), "\(part) in \(seen)")
        }
    }

    @Test func aBodyThatIsNestedTooDeepToBeRecordedIsText() async throws {
        let kept = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        for (text, body) in [(kept, try JSONValue(parsing: kept)), ("[\(kept)]", .string("[\(kept)]"))] {
            let response = ScriptedServer.Step.response("200 OK", ["Content-Type: application/json"], text)
            let url = await server.url([response], tag: server.newTag())
            #expect(try await access().send(HTTPCall(method: .get, url: url)).body == body)
        }
    }

    @Test func cutsALongBodyAndSaysSo() async throws {
        let url = await server.url([.send("HTTP/1.1 200 OK\r\n\r\n"), .flood(50_000_000)], tag: server.newTag())
        let answer = try await access { $0.bytes = 1000 }.send(HTTPCall(method: .get, url: url))
        #expect(answer.bytes.count == 1000)
        #expect(answer.json["notice"] == "only the first 1000 bytes of the body are shown")
    }

    @Test func timesOut() async throws {
        let url = await server.url([.hang], tag: server.newTag())
        let access = try await access { $0.time = .milliseconds(200) }
        await #expect(throws: HTTPTransportError.self) { try await access.send(HTTPCall(method: .get, url: url)) }
    }

    @Test func followsARedirectWithinItsTarget() async throws {
        let end = await server.url([.response("200 OK", [], "there")], tag: server.newTag())
        let url = await server.url([.response("302 Found", ["Location: \(end)"])], tag: server.newTag())
        #expect(try await access().send(HTTPCall(method: .get, url: url)).body == "there")
        #expect(try await access().send(HTTPCall(method: .post, url: url)).status == 302)
    }

    /// A header of any name may be a secret, so another origin gets none but those that never are.
    @Test(arguments: [HTTPMethod.get, .head]) func takesNoSecretToAnotherOrigin(_ method: HTTPMethod) async throws {
        let secrets = [
            "Authorization", "Cookie", "X-Api-Key", "x-goog-api-key", "PRIVATE-TOKEN", "X-Amz-Security-Token",
            "Anything",
        ]
        let access = HTTPAccess(target: .anywhere, methods: [method], policy: .any)
        let (end, back, elsewhere, near) = (server.newTag(), server.newTag(), server.newTag(), server.newTag())
        // There, back, and there again: what was left out stays out.
        var url = await server.url([.response("200 OK")], tag: end)
        url = await server.url([.response("302 Found", ["Location: \(url)"])], tag: back)
        url = await server.url([.response("307 Temporary Redirect", ["Location: \(url)"])], tag: elsewhere)
        url = url.replacing("127.0.0.1", with: "localhost")
        url = await server.url([.response("301 Moved Permanently", ["Location: \(url)"])], tag: near)
        url = await server.url([.response("302 Found", ["Location: \(url)"])], tag: server.newTag())
        var call = HTTPCall(method: method, url: url)
        call.headers = secrets.map { ($0, "s3cret") } + [("Accept", "text/plain"), ("Accept-Language", "pt-BR")]
        call.headers += [("User-Agent", "a-test")]
        call.idempotencyKey = "k1"
        #expect(try await access.send(call).status == 200)
        let first = try #require(try await request(to: near)).text()
        let harmless = ["text/plain", "pt-BR", "a-test"]
        for part in secrets + ["s3cret", "k1"] + harmless { #expect(first.contains(part), "\(part)") }
        for tag in [elsewhere, back, end] {
            let seen = try #require(try await request(to: tag)).text()
            for part in harmless { #expect(seen.contains(part), "\(part) in \(seen)") }
            for part in secrets + ["s3cret", "Idempotency-Key"] { #expect(!seen.contains(part), "\(part) in \(seen)") }
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:1/x", "http://localhost/latest/meta-data", "http://169.254.169.254/", "//127.0.0.2/x",
        "/elsewhere", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "https://user@127.0.0.1/",
    ]) func refusesARedirectOutOfItsTarget(location: String) async throws {
        let tag = server.newTag()
        let url = await server.url([.response("302 Found", ["Location: \(location)"])], tag: tag)
        let access = try await access(below: tag)
        // The first request was sent all the same.
        await #expect(throws: HTTPRedirectFault.self) { try await access.send(HTTPCall(method: .get, url: url)) }
    }

    @Test func givesUpOnALoop() async throws {
        let tag = server.newTag()
        let url = await server.url([.response("302 Found", ["Location: ?again"])], tag: tag)
        let access = try await access()
        await #expect(throws: HTTPTransportError.tooManyRedirects(limit: HTTPRequest.maximumRedirects)) {
            try await access.send(HTTPCall(method: .get, url: url))
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0x7f000001", "2130706433"])
    func connectsToNoLoopbackUnderThePublicPolicy(host: String) async throws {
        let access = HTTPAccess(target: .anywhere, methods: [.get])
        let url = "http://\(host):\(await server.port)/"
        let error = await #expect(throws: HTTPTransportError.self) {
            try await access.send(HTTPCall(method: .get, url: url))
        }
        switch error {
        case .addressNotAllowed, .couldNotResolve: break
        default: Issue.record("expected a refusal of the address, got \(String(describing: error))")
        }
    }

    @Test(arguments: [
        "http://api.example.com/", "https://api.example.com:8443/", "https://evil.com/?x=api.example.com",
        "https://api.example.com.evil.com/", "https://api.example.com@evil.com/", "https://evil.com\\@api.example.com/",
        "https://evil.com#@api.example.com/", "https:/api.example.com/", "/path",
    ]) func sendsNothingToAHostThatIsNotNamed(url: String) async throws {
        let access = HTTPAccess(target: .hosts(["api.example.com"]), methods: [.get])
        await #expect(throws: HTTPRefusal.self) { try await access.send(HTTPCall(method: .get, url: url)) }
    }

    @Test(arguments: [
        ("Host", "x"), ("Content-Length", "1"), ("Transfer-Encoding", "chunked"), ("Proxy-Authorization", "x"),
        ("X", "a\r\nHost: b"), ("X: y\r\nZ", "1"), ("", "1"),
    ]) func refusesHeadersThatWouldChangeTheRequest(name: String, value: String) async throws {
        let access = try await access()
        await #expect(throws: HTTPRefusal.self) {
            var call = HTTPCall(method: .get, url: "/")
            call.headers = [(name, value)]
            _ = try await access.send(call)
        }
    }

    @Test func refusesAMethodThatIsNotAllowed() async throws {
        let access = try await access([.get])
        await #expect(throws: HTTPRefusal(reason: "the method DELETE is not allowed; allowed: GET")) {
            try await access.send(HTTPCall(method: .delete, url: "/"))
        }
    }

    @Test(arguments: [(Effect.once, 1), (.idempotent, 2)])
    func sendsNoOnceCallAgainWhenAKeptConnectionIsDead(_ effect: Effect, _ expected: Int) async throws {
        let base = try await base()
        let tool = HTTPTool(
            name: "web",
            methods: [.get, .put],
            effect: effect,
            access: HTTPAccess(client: HTTPClient(), target: .below(base), methods: [.get, .put], policy: .any)
        )
        let okay = await server.url([.response("200 OK")], tag: server.newTag())
        let scratch = Scratch()
        let context = ToolContext(idempotencyKey: "k", scratchDirectory: scratch.path, log: { _ in })
        _ = try await tool.call(["method": "GET", "url": .string(okay)], context)
        let tag = server.newTag()
        let dead = await server.url([.close], tag: tag)
        await #expect(throws: ToolsError.self) {
            try await tool.call(["method": "PUT", "url": .string(dead)], context)
        }
        let seen = try await HTTPClient.shared.send(HTTPRequest(url: await server.requestsURL(tag)))
        #expect(try JSONValue(parsing: seen.body).arrayValue?.count == expected)
    }
}
