import Glibc
package import HTTPTransport
import JobModel

/// Speaks Amazon Bedrock's Converse; the endpoint's base ends before `/model`.
package struct BedrockProvider: ModelProvider {
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
        let origin = ReasoningOrigin(endpoint, model: request.model)
        return try await exchange.reportingErrors {
            let body = try BedrockRequest(request, origin: origin).body
            var headers: HTTPHeaders = ["Accept": "application/vnd.amazon.eventstream, application/json"]
            if let key = endpoint.key { headers["Authorization"] = "Bearer \(key.exposed)" }
            let response = try await exchange.post(
                body,
                to: endpoint.url("model/\(AWSSigner.encoded(request.model))/converse-stream"),
                headers: headers,
                idempotencyKey: idempotencyKey
            ) { request throws(ModelError.Reason) in
                // A signature by this host's clock, as AWS wants it: 5 minutes are tolerated.
                endpoint.signer?.sign(&request, at: Int64(time(nil)))
            }
            switch ModelExchange.contentType(of: response) {
            case "application/vnd.amazon.eventstream": return try await Self.read(response, origin, request, onText)
            case let type: throw try await exchange.strange(type, response)
            }
        }
    }

    private static func read(
        _ response: HTTPResponseStream,
        _ origin: ReasoningOrigin,
        _ request: ModelRequest,
        _ onText: (@Sendable (String) -> Void)?
    ) async throws -> ModelAnswer {
        var parser = EventStreamParser()
        var draft = BedrockDraft(
            origin: origin,
            model: request.model,
            responseID: response.headers["x-amzn-RequestId"]
        )
        var bytesLeft = ModelExchange.maximumAnswerBytes
        for try await chunk in response.body {
            bytesLeft -= chunk.count
            guard bytesLeft >= 0 else { throw HTTPTransportError.tooLarge(limit: ModelExchange.maximumAnswerBytes) }
            for message in try parser.consume(chunk) {
                switch try draft.messageArrived(message) {
                case .text(let text): if !text.isEmpty { onText?(text) }
                case .complete(let answer): return answer
                }
            }
        }
        return try draft.answerAtEnd(isInsideMessage: parser.isInsideMessage)
    }
}
