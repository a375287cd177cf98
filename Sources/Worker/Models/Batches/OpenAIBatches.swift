package import HTTPTransport
package import JobModel

/// The Batch interface of OpenAI, for Chat Completions and Responses: a file of requests, and a batch that names it.
///
/// The batch carries our key in its metadata, so the list tells whether it was sent.
package struct OpenAIBatches: BatchProvider {
    /// How far the clocks of the provider and the database may be apart.
    static let clockSkew: Int64 = 15 * 60
    /// Under which our key stands in the metadata.
    static let metadataKey = "chassis_batch"

    private let client: HTTPClient

    package init(client: HTTPClient = .shared) { self.client = client }

    package func body(of request: ModelRequest, for endpoint: ModelEndpoint) throws -> JSONValue {
        let origin = ReasoningOrigin(endpoint, model: request.model)
        let body: JSONValue
        do {
            body =
                endpoint.kind == .openAIResponses
                ? try OpenAIResponsesRequest(request, origin: origin).body
                : try OpenAIChatRequest(request, kind: endpoint.kind, origin: origin).body
        } catch {
            throw ModelError(connection: endpoint.name, reason: error)
        }
        return body.without("stream", "stream_options")
    }

    package func send(
        _ batch: BatchRequest,
        to endpoint: ModelEndpoint,
        willSend: () async throws -> Void
    ) async throws -> String {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        return try await exchange.reportingErrors {
            // A file alone costs nothing.
            let form = MultipartForm(
                fields: [("purpose", "batch")],
                file: "batch.jsonl",
                content: Self.lines(batch, endpoint)
            )
            let uploaded = try await exchange.json(
                of: exchange.send(
                    "POST",
                    endpoint.url("files"),
                    headers: Self.headers(endpoint),
                    body: form.body,
                    contentType: form.contentType
                )
            )
            let file = try uploaded.plainID()
            try await willSend()
            let body: JSONValue = [
                "input_file_id": .string(file), "endpoint": .string(Self.path(endpoint)), "completion_window": "24h",
                "metadata": [Self.metadataKey: .string(batch.key)],
            ]
            let sent = try await exchange.send(
                "POST",
                endpoint.url("batches"),
                headers: Self.headers(endpoint),
                body: body.encoded(),
                idempotencyKey: batch.key,
                timeout: batch.timeout
            )
            return try await exchange.json(of: sent).plainID()
        }
    }

    package func find(
        _ batch: BatchRequest,
        at endpoint: ModelEndpoint,
        others: Set<String>
    ) async throws -> BatchFinding {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        return try await exchange.reportingErrors {
            let earliest = batch.madeAt / 1_000_000 - Self.clockSkew
            return try await exchange.findBatch(in: "batches", cursor: "after", headers: Self.headers(endpoint)) {
                page,
                listed in
                for entry in listed where entry["metadata"]?[Self.metadataKey]?.stringValue == batch.key {
                    return .over(.sent(try entry.plainID()))
                }
                let isPast = listed.last?["created_at"]?.integerValue.map { $0 < earliest } ?? false
                guard let last = listed.last?["id"]?.stringValue, page["has_more"]?.boolValue == true, !isPast else {
                    return .over(.absent)
                }
                return .more(after: last)
            }
        }
    }

    package func status(of id: String, at endpoint: ModelEndpoint) async throws -> BatchStatus {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        return try await exchange.batch("batches/\(id)", headers: Self.headers(endpoint)).map(Self.status) ?? .gone
    }

    /// Reads a batch.
    static func status(_ batch: JSONValue) -> BatchStatus {
        let files = ["output_file_id", "error_file_id"].compactMap { batch[$0]?.stringValue }
        switch batch["status"]?.stringValue ?? "" {
        case "completed":
            return .ended(.init(results: files, missing: .unreadable("the batch ended without an answer to it")))
        case "failed":
            let errors = (batch["errors"]?["data"]?.arrayValue ?? []).prefix(3).compactMap {
                $0["message"]?.stringValue
            }
            let failure = JobFailure(
                code: "model",
                message: "the provider did not accept the batch"
                    + (errors.isEmpty ? "" : ": " + errors.joined(separator: "; ").bounded(toBytes: 500)),
                isPermanent: true
            )
            return .ended(.init(results: files, missing: .failed(failure)))
        case "expired": return .ended(.init(results: files, missing: BatchResult.expired))
        case "cancelled": return .ended(.init(results: files, missing: BatchResult.cancelled))
        case let status:
            let counts = batch["request_counts"]
            let done = (counts?["completed"]?.integerValue ?? 0) &+ (counts?["failed"]?.integerValue ?? 0)
            return .running("\(status), \(done) of \(counts?["total"]?.integerValue ?? 0) requests done")
        }
    }

    package func results(
        of ended: BatchStatus.Ended,
        at endpoint: ModelEndpoint,
        model: String,
        each: (BatchResult) async throws -> Void
    ) async throws {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        try await exchange.reportingErrors {
            for file in ended.results {
                try await exchange.lines(endpoint.url("files/\(file)/content"), headers: Self.headers(endpoint)) {
                    line in
                    if let result = Self.result(line, endpoint, model: model) { try await each(result) }
                }
            }
        }
    }

    /// Reads a line of results; nil where it names no request.
    package static func result(_ line: JSONValue, _ endpoint: ModelEndpoint, model: String) -> BatchResult? {
        guard let key = line["custom_id"]?.stringValue else { return nil }
        return BatchResult(key: key, outcome: outcome(line, endpoint, model: model))
    }

    private static func outcome(_ line: JSONValue, _ endpoint: ModelEndpoint, model: String) -> BatchResult.Outcome {
        if let error = line["error"], !error.isNull {
            return BatchResult.refused(ProviderReport(error: error), by: endpoint)
        }
        guard let code = line["response"]?["status_code"]?.integerValue, let body = line["response"]?["body"] else {
            return .unreadable("it has no response")
        }
        guard (200..<300).contains(code) else {
            let report = ProviderReport(error: body["error"] ?? body)
            return BatchResult.refused(report, by: endpoint, status: Int(code))
        }
        let origin = ReasoningOrigin(endpoint, model: model)
        do {
            return .answered(
                endpoint.kind == .openAIResponses
                    ? try OpenAIResponsesAnswer(body, items: [], origin: origin).answer
                    : try OpenAIChatDraft(completion: body, origin: origin).answer()
            )
        } catch {
            return .unreadable("\(ModelError(connection: endpoint.name, reason: error))")
        }
    }

    package func cancel(_ id: String, at endpoint: ModelEndpoint) async throws {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        try await exchange.reportingErrors {
            try await exchange.cancelBatch("batches/\(id)", headers: Self.headers(endpoint))
        }
    }

    private static func headers(_ endpoint: ModelEndpoint) -> HTTPHeaders {
        var headers = HTTPHeaders()
        if let key = endpoint.key { headers["Authorization"] = "Bearer \(key.exposed)" }
        return headers
    }

    private static func path(_ endpoint: ModelEndpoint) -> String {
        endpoint.kind == .openAIResponses ? "/v1/responses" : "/v1/chat/completions"
    }

    private static func lines(_ batch: BatchRequest, _ endpoint: ModelEndpoint) -> [UInt8] {
        var lines: [UInt8] = []
        for call in batch.calls {
            lines += Array(#"{"custom_id":"\#(call.key)","method":"POST","url":"\#(path(endpoint))","body":"#.utf8)
            lines += call.body
            lines += Array("}\n".utf8)
        }
        return lines
    }
}
