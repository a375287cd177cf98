package import HTTPTransport
import JobModel

/// Speaks Google Gemini's generateContent; the endpoint's base ends before `/models`.
package struct GeminiProvider: ModelProvider {
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
            let body = try GeminiRequest(request, origin: origin).body
            var headers = HTTPHeaders()
            if let key = endpoint.key { headers["x-goog-api-key"] = key.exposed }
            let model = request.model.contains("/") ? request.model : "models/\(request.model)"
            guard model.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#%".utf8.contains($0) }) else {
                throw ModelError.Reason.invalidRequest("\(request.model) is no name of a model")
            }
            let response = try await exchange.post(
                body,
                to: endpoint.url("\(model):streamGenerateContent", query: "alt=sse"),
                headers: headers,
                idempotencyKey: idempotencyKey
            )
            return try await exchange.read(response, GeminiStream(origin: origin), onText) {
                document throws(ModelError.Reason) in
                var draft = GeminiDraft(origin: origin)
                for chunk in document.arrayValue ?? [document] { _ = try draft.add(chunk) }
                return try draft.answer()
            }
        }
    }
}
