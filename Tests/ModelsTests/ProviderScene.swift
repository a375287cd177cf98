import HTTPTransport
import JobModel
import Models
import TestSupport
import Testing

/// One provider, asked over a real connection by a server that is told what to answer.
struct ProviderScene {
    static let secret = "sk-test-0123456789"

    let kind: ModelEndpoint.Kind
    var tag = ScriptedServer.shared.newTag()
    var signer: AWSSigner?

    init(_ kind: ModelEndpoint.Kind) { self.kind = kind }

    /// A stream of events, as a whole body or cut where it is said.
    static func stream(_ body: String) -> [ScriptedServer.Step] {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        return [.send(head + body), .close]
    }

    static func data(_ documents: [String]) -> String { documents.map { "data: \($0)\n\n" }.joined() }

    static func frames(_ frames: [[UInt8]]) -> [ScriptedServer.Step] {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nx-amzn-RequestId: r\r\n"
            + "Connection: close\r\n\r\n"
        return [.send(Array(head.utf8) + frames.joined()), .close]
    }

    func ask(_ request: ModelRequest, _ steps: [ScriptedServer.Step]) async throws -> ModelAnswer {
        var endpoint = ModelEndpoint(
            name: "my-model",
            kind: kind,
            baseURL: await ScriptedServer.shared.url(steps, tag: tag),
            key: signer == nil ? Secret(Self.secret) : nil
        )
        endpoint.signer = signer
        return try await kind.provider().answer(request, from: endpoint, idempotencyKey: "run-1", onText: nil)
    }

    func error(_ steps: [ScriptedServer.Step]) async throws -> ModelError {
        let request = ModelRequest(model: "m", messages: [.user("hi")])
        return try #require(await #expect(throws: ModelError.self) { try await ask(request, steps) })
    }

    /// The last request that came: its path, headers and body.
    func received() async throws -> (path: String, headers: HTTPHeaders, body: JSONValue) {
        let url = await ScriptedServer.shared.requestsURL(tag)
        let response = try await HTTPClient.shared.send(HTTPRequest(url: url))
        let received = try #require(JSONValue(parsing: response.body).arrayValue?.last)
        let headers = (received["headers"]?.arrayValue ?? []).compactMap { field -> (String, String)? in
            guard let name = field[0]?.stringValue, let value = field[1]?.stringValue else { return nil }
            return (name, value)
        }
        // Each character stands for a byte.
        let bytes = (received["body"]?.stringValue ?? "").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        return (received["path"]?.stringValue ?? "", HTTPHeaders(headers), try JSONValue(parsing: bytes))
    }
}
