import HTTPTransport
import JobModel

/// What the batch interfaces of all providers have in common.
extension ModelExchange {
    /// The most bytes of a list or an object that are read: 16 MiB.
    static let maximumDocumentBytes = 16 << 20
    /// How many pages of a list of batches are looked through.
    static let maximumPages = 100
    /// How many batches are asked for in each.
    static let pageSize = 100

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

    /// What a page of a list of batches leads to.
    enum ListedBatches {
        case over(BatchFinding)
        case more(after: String)
    }

    /// Looks through a list of batches page by page, which has the newest first.
    ///
    /// - Parameters:
    ///   - cursor: The parameter that says behind which batch the next page begins.
    ///   - look: Is given each page and the batches in it.
    func findBatch(
        in list: String,
        cursor: String,
        headers: HTTPHeaders,
        look: (_ page: JSONValue, _ batches: [JSONValue]) async throws -> ListedBatches
    ) async throws -> BatchFinding {
        var query = "limit=\(Self.pageSize)"
        for _ in 0..<Self.maximumPages {
            let page = try await document(endpoint.url(list, query: query), headers: headers)
            guard let listed = page["data"]?.arrayValue else {
                throw ModelError.Reason.malformed("the list of batches has no data")
            }
            switch try await look(page, listed) {
            case .over(let finding): return finding
            case .more(let last): query = "limit=\(Self.pageSize)&\(cursor)=\(last)"
            }
        }
        return .unknowable("its provider lists more batches than are looked through")
    }

    /// A batch as its provider describes it; nil when the provider has no such batch any more.
    func batch(_ path: String, headers: HTTPHeaders) async throws -> JSONValue? {
        do {
            return try await reportingErrors { try await document(endpoint.url(path), headers: headers) }
        } catch let error as ModelError {
            guard case .status(404, _, _, _) = error.reason else { throw error }
            return nil
        }
    }

    /// Has the provider cancel a batch.
    func cancelBatch(_ path: String, headers: HTTPHeaders) async throws {
        let response = try await send("POST", endpoint.url("\(path)/cancel"), headers: headers, body: [])
        _ = try await response.body.collect(maximumBytes: Self.maximumDocumentBytes)
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

    /// Whether a provider will not cancel a batch however often it is asked: it has ended, or is not known there.
    package var refusesToCancel: Bool {
        guard case .status(let code, _, _, _) = reason else { return false }
        return code == 409 || !isRetryable
    }
}
