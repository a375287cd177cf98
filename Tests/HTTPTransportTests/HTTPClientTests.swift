import HTTPTransport
import JobModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPClientTests {
    private let server = ScriptedServer.shared
    private let client = HTTPClient()
    private let tag = ScriptedServer.shared.newTag()

    private func request(
        _ steps: ScriptedServer.Step...,
        method: String = "GET",
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil
    ) async -> HTTPRequest {
        HTTPRequest(method: method, url: await server.url(steps, tag: tag), headers: headers, body: body)
    }

    private static let okay = ScriptedServer.Step.response("200 OK", ["X-A: b"], "hello")

    // MARK: Sending

    @Test func givesStatusHeadersAndBody() async throws {
        let response = try await client.send(await request(Self.okay))
        #expect(
            response
                == HTTPResponse(status: 200, headers: ["Content-Length": "5", "X-A": "b"], body: Array("hello".utf8))
        )
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], [nil, [], Array("{}".utf8)])
    func sendsMethodAndBody(_ method: String, _ body: [UInt8]?) async throws {
        let response = try await client.send(await request(Self.okay, method: method, body: body))
        #expect(response.status == 200)
        let received = try #require(try await ReceivedRequest.all(of: tag).first)
        #expect(received.method == method)
        #expect(received.body == String(decoding: body ?? [], as: UTF8.self))
        #expect(received.headers["Content-Type"] == nil)
        let hasLength = received.headers["Content-Length"] != nil
        #expect(hasLength == (body != nil || method == "POST"))
    }

    @Test func sendsHeadersAsTheyAre() async throws {
        let headers: HTTPHeaders = ["X-One": "1", "X-Empty": "", "Content-Type": "a/b", "User-Agent": "me"]
        _ = try await client.send(await request(Self.okay, method: "POST", headers: headers, body: [1]))
        let received = try #require(try await ReceivedRequest.all(of: tag).first)
        for field in headers { #expect(received.headers.values(of: field.name) == [field.value]) }
    }

    /// A slow model must not hold up the questions that others ask it.
    @Test func sendsARequestWhileTheFirstOneToAServerWaitsForItsAnswer() async throws {
        let slow = await request(.hang)
        let other = await request(Self.okay)
        let client = client
        try await withThrowingTaskGroup { group in
            group.addTask { _ = try? await client.send(slow) }
            while try await ReceivedRequest.all(of: tag).isEmpty { await Task.yield() }
            #expect(try await client.send(other).status == 200)
            group.cancelAll()
        }
    }

    @Test func readsTheHeadAloneOfAHeadResponse() async throws {
        let head = ScriptedServer.Step.send("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        let response = try await client.send(await request(head, method: "HEAD"), maximumBytes: 10)
        #expect(response.status == 200 && response.body.isEmpty)
    }

    @Test func doesNotWaitForLeaveToSendALargeBody() async throws {
        let body = [UInt8](repeating: 0x61, count: 3 << 20)
        _ = try await client.send(await request(Self.okay, method: "POST", body: body))
        let received = try #require(try await ReceivedRequest.all(of: tag).first)
        #expect(received.headers["Expect"] == nil)
        #expect(received.body?.utf8.count == body.count)
    }

    @Test(
        arguments: [
            ("GET", "ftp://example.test/", [:]), ("GET", "file:///etc/passwd", [:]), ("GET", "example.test", [:]),
            ("GET", "", [:]), ("GET", "http://", [:]), ("GET", "http://a b/", [:]),
            ("GET", "http://me:secret@127.0.0.1/", [:]),
            ("GET", "http://127.0.0.1/\r\nX: y", [:]), ("G T", "http://127.0.0.1/", [:]),
            ("", "http://127.0.0.1/", [:]),
            ("GET", "http://127.0.0.1/", ["A": "b\r\nC: d"]), ("GET", "http://127.0.0.1/", ["A\r\nC": "d"]),
            ("GET", "http://127.0.0.1/", ["A": "b\0"]), ("GET", "http://127.0.0.1/", ["": "b"]),
        ] as [(String, String, HTTPHeaders)]
    )
    func refusesWhatIsNoRequest(_ method: String, _ url: String, _ headers: HTTPHeaders) async throws {
        let error = await #expect(throws: HTTPTransportError.self) {
            try await client.send(HTTPRequest(method: method, url: url, headers: headers))
        }
        guard case .invalidRequest = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.description.contains("secret") == false)
        #expect(error?.requestMayHaveArrived == false)
    }

    // MARK: Connections

    @Test func usesAConnectionAgain() async throws {
        for _ in 0..<3 { _ = try await client.send(await request(Self.okay)) }
        #expect(Set(try await ReceivedRequest.all(of: tag).map(\.connection)).count == 1)
    }

    @Test func carriesManyRequestsAtOnce() async throws {
        let request = await request(Self.okay)
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { try await client.send(request).status }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(try await ReceivedRequest.all(of: tag).count == 100)
    }

    @Test(arguments: [("GET", 2), ("POST", 1)])
    func repeatsOnlyWhatMayBeRepeatedWhenAKeptConnectionIsDead(_ method: String, _ expected: Int) async throws {
        let other = server.newTag()
        _ = try await client.send(HTTPRequest(url: await server.url([Self.okay], tag: other)))
        await #expect(throws: HTTPTransportError.cut(.waiting)) {
            try await client.send(await request(.close, method: method))
        }
        #expect(try await ReceivedRequest.all(of: tag).count == expected)
    }

    @Test(arguments: ["GET", "POST"])
    func whatAKeptConnectionTookMayHaveArrivedThoughNoOtherIsMade(_ method: String) async throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
            .joined(separator: "/")
        let leaving = ChildProcess(["python3", "\(folder)/Servers/leaving_server.py"])
        let port = try #require(await leaving.line { $0.hasPrefix("port ") }).dropFirst(5)
        let url = "http://127.0.0.1:\(port)/"
        _ = try await client.send(HTTPRequest(url: url))
        await #expect(throws: HTTPTransportError.cut(.waiting)) {
            try await client.send(HTTPRequest(method: method, url: url, body: method == "POST" ? [1, 2, 3] : nil))
        }
        #expect(await leaving.line { $0.hasPrefix("read ") } == "read \(method) / HTTP/1.1")
    }

    @Test func goesThroughTheProxyItIsTold() async throws {
        let parts = await server.url([Self.okay], tag: tag).split(separator: "/", maxSplits: 2)
        var request = HTTPRequest(url: "http://example.test/\(parts[2])")
        request.proxy = "http://127.0.0.1:\(await server.port)"
        #expect(try await client.send(request).status == 200)
        #expect(try await ReceivedRequest.all(of: tag).first?.headers["Host"] == "example.test")
    }

    // MARK: Streams

    @Test func givesThePiecesAsTheyCome() async throws {
        let head = ScriptedServer.Step.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        let response = try await client.start(
            await request(head, .chunk("one"), .wait, .chunk("two"), .chunk(""))
        )
        var pieces = response.body.makeAsyncIterator()
        #expect(try await pieces.next() == Array("one".utf8))
        _ = try await client.send(HTTPRequest(method: "POST", url: await server.openURL(tag)))
        #expect(try await pieces.next() == Array("two".utf8))
        #expect(try await pieces.next() == nil)
        #expect(try await pieces.next() == nil)
    }

    @Test func givesTheHeadBeforeTheBodyBegins() async throws {
        let response = try await client.start(
            await request(.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), .wait, .send("ok"))
        )
        #expect(response.status == 200)
        _ = try await client.send(HTTPRequest(method: "POST", url: await server.openURL(tag)))
        #expect(try await response.body.collect(maximumBytes: 2) == Array("ok".utf8))
    }

    @Test func givesEveryByteOfALargeBody() async throws {
        let size = 20 << 20
        let response = try await client.start(
            await request(.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"), .flood(size))
        )
        var count = 0
        for try await piece in response.body {
            #expect(!piece.isEmpty)
            count += piece.count
            await Task.yield()
        }
        #expect(count == size)
    }

    @Test func hangsUpWhenTheReaderIsCancelled() async throws {
        let response = try await client.start(
            await request(.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .hang)
        )
        let started = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup { group in
            group.addTask {
                for try await _ in response.body { started.continuation.yield() }
            }
            for await _ in started.stream { break }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        _ = try await client.send(HTTPRequest(url: await server.hangupURL(tag)))
    }

    @Test func hangsUpWhenTheCallerIsCancelledBeforeTheHead() async throws {
        let request = await request(.hang)
        try await withThrowingTaskGroup { group in
            group.addTask { _ = try await client.start(request) }
            // The request is there as soon as its tag is known.
            while try await ReceivedRequest.all(of: tag).isEmpty {}
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        _ = try await client.send(HTTPRequest(url: await server.hangupURL(tag)))
    }

    @Test func hangsUpWhenNobodyReads() async throws {
        _ = try await client.start(
            await request(.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .hang)
        )
        _ = try await client.send(HTTPRequest(url: await server.hangupURL(tag)))
    }

    @Test func keepsTheConnectionOfABodyWhoseEndNobodyReads() async throws {
        _ = try await client.start(await request(Self.okay))
        _ = try await client.send(await request(Self.okay))
        // The second request may have begun before the first body was there: the third finds either connection.
        _ = try await client.send(await request(Self.okay))
        #expect(Set(try await ReceivedRequest.all(of: tag).map(\.connection)).count < 3)
    }

    // MARK: Faults

    @Test(
        arguments: [
            ([.close], .cut(.waiting)),
            ([.reset], .cut(.waiting)),
            ([.send("HTTP/1.1 200 OK\r\nX: "), .close], .cut(.waiting)),
            ([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .close], .cut(.receiving)),
            ([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .reset], .cut(.receiving)),
            (
                [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .chunk("half"), .close],
                .cut(.receiving)
            ),
            ([.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nhalf"), .close], .cut(.receiving)),
            ([.send("SSH-2.0-OpenSSH_9.2\r\n"), .close], .malformedResponse),
            ([.send("HTTP/1.1 abc\r\n\r\n"), .close], .malformedResponse),
        ] as [([ScriptedServer.Step], HTTPTransportError)]
    )
    func saysHowAResponseFailed(_ steps: [ScriptedServer.Step], _ expected: HTTPTransportError) async throws {
        let url = await server.url(steps, tag: tag)
        let error = await #expect(throws: HTTPTransportError.self) { try await client.send(HTTPRequest(url: url)) }
        #expect(error == expected)
        #expect(error?.requestMayHaveArrived == true)
    }

    @Test func boundsTheHead() async throws {
        let fields = String(repeating: "A: \(String(repeating: "x", count: 50_000))\r\n", count: 6)
        let request = await request(.send("HTTP/1.1 200 OK\r\n\(fields)\r\n"))
        await #expect(throws: HTTPTransportError.tooLarge(limit: 262_144)) { try await client.send(request) }
    }

    @Test func saysThatAHostHasNoAddress() async throws {
        let host = String(repeating: "a", count: 80) + ".test"
        await #expect(throws: HTTPTransportError.couldNotResolve(host: host)) {
            try await client.send(HTTPRequest(url: "http://\(host)/path?secret"))
        }
    }

    @Test func saysThatAConnectionIsRefused() async throws {
        let error = await #expect(throws: HTTPTransportError.self) {
            try await client.send(HTTPRequest(method: "POST", url: "http://127.0.0.1:1/"))
        }
        #expect(error == .connectionRefused(host: "127.0.0.1:1"))
        #expect(error?.requestMayHaveArrived == false)
    }

    @Test func noticesAPeerThatFallsSilent() async throws {
        var request = await request(.hang)
        request.stallTimeout = .milliseconds(30)
        await #expect(throws: HTTPTransportError.stalled(.waiting, after: .milliseconds(30))) {
            try await client.send(request)
        }
        request.url = await server.url([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .hang], tag: tag)
        request.firstByteTimeout = .seconds(50)
        await #expect(throws: HTTPTransportError.stalled(.receiving, after: .milliseconds(30))) {
            try await client.send(request)
        }
    }

    @Test func endsAtTheTotalTimeout() async throws {
        var request = await request(.hang)
        var time = Duration.milliseconds(15)
        var end: HTTPTransportError?
        repeat {
            // On a busy machine it may be over before the request is on its way.
            time *= 2
            request.totalTimeout = time
            end = await #expect(throws: HTTPTransportError.self) { try await client.send(request) }
        } while end == .timedOut(.connecting, after: time)
        #expect(end == .timedOut(.waiting, after: time))
    }

    @Test func takesNoLargerBodyThanAsked() async throws {
        let exact = await request(Self.okay)
        #expect(try await client.send(exact, maximumBytes: 5).body.count == 5)
        await #expect(throws: HTTPTransportError.tooLarge(limit: 4)) { try await client.send(exact, maximumBytes: 4) }
        let endless = await request(.send("HTTP/1.1 200 OK\r\n\r\n"), .flood(1 << 40))
        await #expect(throws: HTTPTransportError.tooLarge(limit: 9)) { try await client.send(endless, maximumBytes: 9) }
    }

    // MARK: Redirects

    private func redirects(_ count: Int) async -> HTTPRequest {
        var url = await server.url([Self.okay], tag: tag)
        for _ in 0..<count {
            url = await server.url([.response("302 Found", ["Location: \(url)"], "moved")], tag: tag)
        }
        return HTTPRequest(url: url)
    }

    @Test func handsRedirectsToTheCaller() async throws {
        let response = try await client.send(await redirects(1))
        #expect(response.status == 302 && response.headers["location"] != nil)
        #expect(response.body == Array("moved".utf8))
    }

    @Test func followsRedirectsWhenAsked() async throws {
        var request = await redirects(5)
        request.followsRedirects = true
        let response = try await client.send(request)
        #expect(response.status == 200 && response.body == Array("hello".utf8))
        request = await redirects(6)
        request.followsRedirects = true
        await #expect(throws: HTTPTransportError.tooManyRedirects(limit: 5)) { try await client.send(request) }
    }

    @Test func followsNoRedirectOfAPost() async throws {
        var request = await redirects(1)
        request.method = "POST"
        request.followsRedirects = true
        #expect(try await client.send(request).status == 302)
    }

    @Test func followsNoRedirectToAnotherProtocol() async throws {
        var request = await request(.response("302 Found", ["Location: file:///etc/passwd"]))
        request.followsRedirects = true
        await #expect(throws: HTTPTransportError.self) { try await client.send(request) }
    }

    // MARK: Address policy

    @Test(arguments: [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::ffff:127.0.0.1]", "[::1]",
    ])
    func keepsOutOfPrivateAddresses(_ host: String) async throws {
        var request = HTTPRequest(url: "http://\(host):\(await server.port)/")
        request.addressPolicy = .publicOnly
        let error = await #expect(throws: HTTPTransportError.self) { try await client.send(request) }
        guard case .addressNotAllowed = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.requestMayHaveArrived == false)
    }

    @Test func keepsOutOfPrivateAddressesOverAKeptConnection() async throws {
        var request = await request(Self.okay)
        _ = try await client.send(request)
        request.addressPolicy = .publicOnly
        await #expect(throws: HTTPTransportError.addressNotAllowed(host: "127.0.0.1:\(await server.port)")) {
            try await client.send(request)
        }
        #expect(try await ReceivedRequest.all(of: tag).count == 1)
    }
}
