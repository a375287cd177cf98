package import HTTPTransport
import JobModel

/// Speaks Anthropic Messages; the endpoint's base ends before `/messages`.
package struct AnthropicProvider: ModelProvider {
    private let client: HTTPClient

    /// The version of the wire format.
    static let version = "2023-06-01"

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
            let body = try AnthropicRequest(request, origin: origin).body
            var headers: HTTPHeaders = ["anthropic-version": Self.version]
            if let key = endpoint.key { headers["x-api-key"] = key.exposed }
            let response = try await exchange.post(
                body,
                to: endpoint.url("messages"),
                headers: headers,
                idempotencyKey: idempotencyKey
            )
            return try await exchange.read(response, AnthropicStream(origin: origin), onText) {
                document throws(ModelError.Reason) in
                try AnthropicDraft(message: document, origin: origin).answer()
            }
        }
    }
}
