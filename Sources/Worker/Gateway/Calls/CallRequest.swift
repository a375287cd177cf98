package import HTTPTransport
package import JobModel

/// A call as a program made it.
package struct CallRequest: Sendable {
    package var format: WireFormat
    package var connection: GatewayConnection
    package var method: String
    /// The provider's path.
    package var path: String
    package var query: String?
    /// The headers that are passed on.
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// The body, read.
    package var json: JSONObject
    /// What it holds of the gateway's memory, as long as it is there.
    package var share: BodyRoom.Share?
    /// The model, where the path names it.
    package var pathModel: String?
    /// The how manieth time the client asks again, as it says; 0 for the first time.
    package var retry: Int

    /// How deep a body may be nested: its record has things around it, and one that cannot be recorded would be paid for in each
    /// attempt.
    static let maximumDepth = JSONValue.maximumDepth - 4

    /// - Throws: `GatewayRefusal` for a body that is no JSON object, or nested deeper than `maximumDepth`.
    package init(
        _ format: WireFormat,
        connection: GatewayConnection,
        method: String = "POST",
        path: String,
        query: String?,
        headers: HTTPHeaders,
        body: [UInt8],
        pathModel: String?
    ) throws(GatewayRefusal) {
        do {
            let body = body.isEmpty ? Array("{}".utf8) : body
            guard let json = try JSONValue(parsing: body, deepest: Self.maximumDepth).objectValue else {
                throw GatewayRefusal(.invalid, "the body of the request is no JSON object")
            }
            self.json = json
        } catch let refusal as GatewayRefusal {
            throw refusal
        } catch {
            throw GatewayRefusal(.invalid, "the body of the request is no JSON: \(error)")
        }
        self.format = format
        self.connection = connection
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.pathModel = pathModel
        retry = Self.retry(headers[Self.retryHeader])
        self.headers = headers
    }

    /// In what a client says that it asks again.
    static let retryHeader = "x-stainless-retry-count"

    /// What the value of that header says.
    static func retry(_ value: String?) -> Int { value.flatMap { Int($0) } ?? 0 }

    /// The model, for prices; for people, what the call is about where it asks none.
    package var model: String { pathModel ?? target ?? json["model"]?.stringValue ?? format.rawValue }

    /// The model; nil where the request leaves it to the provider, as one with a stored prompt may.
    var namedModel: String? { pathModel ?? json["model"]?.stringValue }

    /// What the call is about, such as `DELETE conversations/conv_1`, where its path says that.
    package var target: String? {
        format.isToldByPath ? "\(method) \(path)" + (query.map { "?" + $0 } ?? "") : nil
    }

    /// Whether a stream of Gemini's is asked for as one JSON document, and not by its events.
    package var isOneDocument: Bool {
        format == .streamGenerate
            && !(query ?? "").split(separator: "&").contains { $0 == "alt=sse" || $0 == "$alt=sse" }
    }

    /// The response that the provider keeps and that the call is about, where its path says that.
    package var response: String? {
        format.isToldByPath ? Self.response(at: path) : nil
    }

    /// The response that a path names.
    static func response(at path: String) -> String? {
        let parts = path.split(separator: "/")
        return parts.count > 1 && parts[0] == "responses" ? String(parts[1]) : nil
    }

    /// The request to the provider, with the real key.
    package func outgoing(idempotencyKey: String) -> HTTPRequest {
        var request = HTTPRequest(
            method: method,
            url: connection.address(path, query: query),
            headers: headers,
            body: body
        )
        connection.sign(&request)
        if method == "POST" { request.headers["Content-Type"] = "application/json" }
        request.headers["Idempotency-Key"] = idempotencyKey
        request.firstByteTimeout = connection.firstByte
        request.stallTimeout = connection.stall
        request.totalTimeout = Self.longestCall
        return request
    }

    /// However slowly an answer comes: one that takes longer will not end.
    static let longestCall = Duration.seconds(3600)
}
