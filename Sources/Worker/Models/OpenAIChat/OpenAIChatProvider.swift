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
        let origin = ReasoningOrigin(endpoint, model: request.model)
        return try await exchange.reportingErrors {
            let body = try OpenAIChatRequest(request, kind: endpoint.kind, origin: origin).body
            var headers = HTTPHeaders()
            if let key = endpoint.key {
                if endpoint.kind == .azureOpenAI {
                    headers["api-key"] = key.exposed
                } else {
                    headers["Authorization"] = "Bearer \(key.exposed)"
                }
            }
            let response = try await exchange.post(
                body,
                to: endpoint.url("chat/completions"),
                headers: headers,
                idempotencyKey: idempotencyKey
            )
            return try await exchange.read(response, OpenAIChatStream(origin: origin), onText) {
                document throws(ModelError.Reason) in
                try OpenAIChatDraft(completion: document, origin: origin).answer()
            }
        }
    }
}
