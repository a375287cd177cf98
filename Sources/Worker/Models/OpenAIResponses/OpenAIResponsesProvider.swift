package import HTTPTransport
import JobModel

/// Speaks OpenAI Responses, without anything kept at the provider; the endpoint's base ends before `/responses`.
package struct OpenAIResponsesProvider: ModelProvider {
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
            let body = try OpenAIResponsesRequest(request, origin: origin).body
            var headers = HTTPHeaders()
            if let key = endpoint.key { headers["Authorization"] = "Bearer \(key.exposed)" }
            let response = try await exchange.post(
                body,
                to: endpoint.url("responses"),
                headers: headers,
                idempotencyKey: idempotencyKey
            )
            return try await exchange.read(response, OpenAIResponsesStream(origin: origin), onText) {
                document throws(ModelError.Reason) in
                try OpenAIResponsesAnswer(document, items: [], origin: origin).answer
            }
        }
    }
}
