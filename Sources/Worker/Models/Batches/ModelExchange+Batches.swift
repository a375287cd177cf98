import HTTPTransport
import JobModel

/// What the batch interfaces of all providers have in common.
extension ModelExchange {
    /// The most bytes of a list or an object that are read: 16 MiB.
    static let maximumDocumentBytes = 16 << 20

    /// Sends a request and returns the response when its status is 2xx.
    func send(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders,
        body: [UInt8]? = nil,
        contentType: String = "application/json",
        idempotencyKey: String? = nil,
        timeout: Duration? = nil
    ) async throws -> HTTPResponseStream {
        var request = HTTPRequest(method: method, url: url, headers: headers, body: body)
        if body != nil { request.headers["Content-Type"] = contentType }
        if let idempotencyKey { request.headers["Idempotency-Key"] = idempotencyKey }
        for header in endpoint.headers { request.headers[header.name] = header.value.exposed }
        request.connectTimeout = endpoint.timeouts.connect
        request.firstByteTimeout = endpoint.timeouts.firstByte
        request.stallTimeout = endpoint.timeouts.stall
        request.totalTimeout = timeout ?? endpoint.timeouts.total
        request.certificateAuthorities = endpoint.certificateAuthorities
        return try await accepted(try await client.start(request))
    }

    /// The JSON document that a GET is answered with.
    func document(_ url: String, headers: HTTPHeaders) async throws -> JSONValue {
        try await json(of: send("GET", url, headers: headers))
    }

    /// Tells `each` every line of results that can be read as JSON.
    func lines(
        _ url: String,
        headers: HTTPHeaders,
        each: (JSONValue) async throws -> Void
    ) async throws {
        let response = try await send("GET", url, headers: headers)
        var reader = BatchLineReader()
        for try await chunk in response.body {
            for line in reader.consume(chunk) { try await Self.tell(line, each) }
        }
        if let line = reader.finish() { try await Self.tell(line, each) }
    }

    /// A line that is no JSON belongs to no request that could be known.
    private static func tell(_ line: [UInt8], _ each: (JSONValue) async throws -> Void) async throws {
        guard let value = try? JSONValue(parsing: line) else { return }
        try await each(value)
    }
}

extension ModelError {
    /// Whether a batch that could not be sent was certainly not taken: nobody was reached, or it was refused.
    package var certainlySentNoBatch: Bool {
        switch reason {
        case .invalidRequest, .unreachable: true
        case .status(let code, _, _, _): (400..<500).contains(code) && code != 408 && code != 409
        case .stalled, .cutStream, .malformed, .reported: false
        }
    }
}
