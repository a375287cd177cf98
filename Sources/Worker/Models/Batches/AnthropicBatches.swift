package import HTTPTransport
package import JobModel

/// The Message Batches interface of Anthropic.
///
/// A batch takes no name of ours. What tells it is the keys of its requests, and these stand in its results alone, which are
/// there when it has ended: until then a batch of about that time, with as many requests, may be ours or somebody else's.
package struct AnthropicBatches: BatchProvider {
    /// How far the clocks of the provider and the database may be apart, in microseconds.
    static let clockSkew: Int64 = 15 * 60 * 1_000_000

    private let client: HTTPClient

    package init(client: HTTPClient = .shared) { self.client = client }

    package func body(of request: ModelRequest, for endpoint: ModelEndpoint) throws -> JSONValue {
        do {
            return try AnthropicRequest(request, origin: ReasoningOrigin(endpoint, model: request.model)).body
                .without("stream")
        } catch {
            throw ModelError(connection: endpoint.name, reason: error)
        }
    }

    package func send(
        _ batch: BatchRequest,
        to endpoint: ModelEndpoint,
        willSend: () async throws -> Void
    ) async throws -> String {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        return try await exchange.reportingErrors {
            try await willSend()
            let sent = try await exchange.send(
                "POST",
                endpoint.url("messages/batches"),
                headers: Self.headers(endpoint),
                body: Self.document(batch),
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
            var undecided: String?
            return try await exchange.findBatch(
                in: "messages/batches",
                cursor: "after_id",
                headers: Self.headers(endpoint)
            ) { page, listed in
                var isPast = false
                for entry in listed {
                    let created = entry["created_at"]?.stringValue.flatMap(RFC3339.microseconds)
                    if let created, created < batch.madeAt - Self.clockSkew {
                        isPast = true
                        continue
                    }
                    if let id = entry["id"]?.stringValue, others.contains(id) { continue }
                    switch try await Self.resemblance(of: entry, to: batch, exchange, endpoint) {
                    case .ours: return .over(.sent(try entry.plainID()))
                    case .unlike: break
                    case .maybe: undecided = undecided ?? entry["id"]?.stringValue
                    case .unreadable:
                        let id = entry["id"]?.stringValue ?? "?"
                        return .over(.unknowable("the results of batch \(id) cannot be read any more"))
                    }
                }
                if let last = page["last_id"]?.stringValue, page["has_more"]?.boolValue == true, !isPast {
                    return .more(after: last)
                }
                return .over(
                    undecided.map { .undecided("batch \($0) may be it, which its results will show") } ?? .absent
                )
            }
        }
    }

    private enum Resemblance { case ours, unlike, maybe, unreadable }

    private static func resemblance(
        of entry: JSONValue,
        to batch: BatchRequest,
        _ exchange: ModelExchange,
        _ endpoint: ModelEndpoint
    ) async throws -> Resemblance {
        let counts = ["processing", "succeeded", "errored", "canceled", "expired"].compactMap {
            entry["request_counts"]?[$0]?.integerValue
        }
        guard counts.reduce(0, { $0 &+ $1 }) == batch.calls.count else { return .unlike }
        guard entry["processing_status"]?.stringValue == "ended" else { return .maybe }
        guard entry["archived_at"].map(\.isNull) ?? true, let id = try? entry.plainID() else { return .unreadable }
        let keys = Set(batch.calls.map(\.key))
        var isOurs = false
        try await exchange.lines(endpoint.url("messages/batches/\(id)/results"), headers: headers(endpoint)) { line in
            if let key = line["custom_id"]?.stringValue, keys.contains(key) { isOurs = true }
        }
        return isOurs ? .ours : .unlike
    }

    package func status(of id: String, at endpoint: ModelEndpoint) async throws -> BatchStatus {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        let found = try await exchange.batch("messages/batches/\(id)", headers: Self.headers(endpoint))
        guard let batch = found else { return .gone }
        let status = batch["processing_status"]?.stringValue ?? ""
        guard status == "ended" else {
            let toDo = batch["request_counts"]?["processing"]?.integerValue ?? 0
            return .running("\(status), \(toDo) requests to do")
        }
        return .ended(.init(results: [id], missing: .unreadable("the batch ended without an answer to it")))
    }

    package func results(
        of ended: BatchStatus.Ended,
        at endpoint: ModelEndpoint,
        model: String,
        each: (BatchResult) async throws -> Void
    ) async throws {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        try await exchange.reportingErrors {
            for id in ended.results {
                // Not the address that the answer names: our key goes to our provider alone.
                try await exchange.lines(
                    endpoint.url("messages/batches/\(id)/results"),
                    headers: Self.headers(endpoint)
                ) {
                    line in
                    if let result = Self.result(line, endpoint, model: model) { try await each(result) }
                }
            }
        }
    }

    /// Reads a line of results; nil where it names no request.
    package static func result(_ line: JSONValue, _ endpoint: ModelEndpoint, model: String) -> BatchResult? {
        guard let key = line["custom_id"]?.stringValue else { return nil }
        return BatchResult(key: key, outcome: outcome(line["result"] ?? .null, endpoint, model: model))
    }

    private static func outcome(_ result: JSONValue, _ endpoint: ModelEndpoint, model: String) -> BatchResult.Outcome {
        switch result["type"]?.stringValue {
        case "succeeded":
            do {
                let origin = ReasoningOrigin(endpoint, model: model)
                return .answered(try AnthropicDraft(message: result["message"] ?? .null, origin: origin).answer())
            } catch {
                return .unreadable("\(ModelError(connection: endpoint.name, reason: error))")
            }
        case "errored":
            let error = result["error"]?["error"] ?? result["error"] ?? .null
            return BatchResult.refused(ProviderReport(error: error), by: endpoint)
        case "canceled": return BatchResult.cancelled
        case "expired": return BatchResult.expired
        default: return .unreadable("its type is not known")
        }
    }

    package func cancel(_ id: String, at endpoint: ModelEndpoint) async throws {
        let exchange = ModelExchange(client: client, endpoint: endpoint)
        try await exchange.reportingErrors {
            try await exchange.cancelBatch("messages/batches/\(id)", headers: Self.headers(endpoint))
        }
    }

    private static func headers(_ endpoint: ModelEndpoint) -> HTTPHeaders {
        var headers: HTTPHeaders = ["anthropic-version": AnthropicProvider.version]
        if let key = endpoint.key { headers["x-api-key"] = key.exposed }
        return headers
    }

    private static func document(_ batch: BatchRequest) -> [UInt8] {
        var document = Array(#"{"requests":["#.utf8)
        for (place, call) in batch.calls.enumerated() {
            document += Array("\(place > 0 ? "," : "")\n{\"custom_id\":\"\(call.key)\",\"params\":".utf8)
            document += call.body
            document.append(UInt8(ascii: "}"))
        }
        return document + Array("]}".utf8)
    }
}
