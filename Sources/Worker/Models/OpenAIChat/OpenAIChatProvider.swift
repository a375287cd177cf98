package import HTTPTransport
import JobModel

/// Speaks Chat Completions, as OpenAI and many others do.
///
/// Answers are asked for as a stream, so that a provider that has died is noticed; one that answers with a single JSON
/// document instead is understood too.
package struct OpenAIChatProvider: ModelProvider {
    private let client: HTTPClient

    /// A provider on a client.
    package init(client: HTTPClient = .shared) { self.client = client }

    package func answer(
        _ request: ModelRequest,
        from endpoint: ModelEndpoint,
        idempotencyKey: String,
        onText: (@Sendable (String) -> Void)?
    ) async throws -> ModelAnswer {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        return try await exchange.reportingErrors {
            let body = OpenAIChatRequest(request, kind: endpoint.kind).body
            var headers = HTTPHeaders()
            if let key = endpoint.key { headers["Authorization"] = "Bearer \(key.exposed)" }
            let response = try await exchange.post(
                body,
                to: "chat/completions",
                headers: headers,
                idempotencyKey: idempotencyKey
            )
            let type = (response.headers["Content-Type"] ?? "").prefix { $0 != ";" }.lowercased()
            switch type {
            case "text/event-stream", "":
                return try await Self.readStream(response, onText)
            case "application/json":
                let draft = try OpenAIChatDraft(completion: try await exchange.json(of: response))
                let answer = try draft.answer()
                if !answer.message.text.isEmpty { onText?(answer.message.text) }
                return answer
            default:
                let beginning = try await response.body.first { _ in true } ?? []
                throw ModelError.Reason.malformed(
                    "its content type is \(type); it begins \(ModelExchange.excerpt(beginning))"
                )
            }
        }
    }

    private static func readStream(
        _ response: HTTPResponseStream,
        _ onText: (@Sendable (String) -> Void)?
    ) async throws -> ModelAnswer {
        var parser = ServerSentEventParser()
        var stream = OpenAIChatStream()
        var bytesLeft = ModelExchange.maximumAnswerBytes
        for try await chunk in response.body {
            bytesLeft -= chunk.count
            guard bytesLeft >= 0 else {
                throw HTTPTransportError.tooLarge(limit: ModelExchange.maximumAnswerBytes)
            }
            for event in try parser.consume(chunk) {
                switch try stream.eventArrived(event) {
                case .text(let text): if !text.isEmpty { onText?(text) }
                case .complete(let answer): return answer
                }
            }
        }
        throw stream.bodyEnded()
    }
}
