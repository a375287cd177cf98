import HTTPTransport
import JobModel

/// One HTTP exchange with a provider: what the wire formats of all providers have in common.
struct ModelExchange {
    /// The most bytes of a complete answer that are read: 32 MiB.
    static let maximumAnswerBytes = 32 << 20
    /// The most bytes of an error's body that are read: 64 KiB.
    static let maximumErrorBytes = 64 << 10

    let client: HTTPClient
    let endpoint: ModelEndpoint

    /// Runs `body` and turns whatever it throws, but for a cancellation, into a `ModelError` without secrets.
    func reportingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let reason as ModelError.Reason {
            throw error(reason)
        } catch let failure as HTTPTransportError {
            throw error(Self.reason(for: failure))
        } catch let fault as ServerSentEventError {
            throw error(.malformed(fault.description))
        }
    }

    /// Posts a JSON body and returns the response when its status is 2xx.
    ///
    /// - Parameters:
    ///   - url: The whole address, as `ModelEndpoint.url` makes it.
    ///   - headers: What this provider wants; the endpoint's own headers take the place of equal ones.
    ///   - sign: Adds what depends on the whole request.
    func post(
        _ body: JSONValue,
        to url: String,
        headers: HTTPHeaders,
        idempotencyKey: String,
        sign: (inout HTTPRequest) throws(ModelError.Reason) -> Void = { _ throws(ModelError.Reason) in }
    ) async throws -> HTTPResponseStream {
        var request = HTTPRequest(method: "POST", url: url, headers: headers, body: body.encoded())
        request.headers["Content-Type"] = "application/json"
        if request.headers["Accept"] == nil { request.headers["Accept"] = "text/event-stream, application/json" }
        request.headers["Idempotency-Key"] = idempotencyKey
        for header in endpoint.headers { request.headers[header.name] = header.value.exposed }
        request.connectTimeout = endpoint.timeouts.connect
        request.firstByteTimeout = endpoint.timeouts.firstByte
        request.stallTimeout = endpoint.timeouts.stall
        request.totalTimeout = endpoint.timeouts.total
        request.certificateAuthorities = endpoint.certificateAuthorities
        try sign(&request)
        return try await accepted(try await client.start(request))
    }

    /// A response whose status is 2xx.
    func accepted(_ response: HTTPResponseStream) async throws -> HTTPResponseStream {
        guard (200..<300).contains(response.status) else { throw try await refusal(in: response) }
        return response
    }

    /// Reads the body of a response as JSON.
    func json(of response: HTTPResponseStream) async throws -> JSONValue {
        let body = try await response.body.collect(maximumBytes: Self.maximumAnswerBytes)
        guard !body.isEmpty else { throw ModelError.Reason.malformed("the body is empty") }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw ModelError.Reason.malformed("\(error): \(Self.excerpt(body))")
        }
    }

    /// The beginning of what a provider sent, for a message.
    static func excerpt(_ body: some Collection<UInt8>) -> String {
        String(decoding: body.prefix(200), as: UTF8.self)
    }

    private func refusal(in response: HTTPResponseStream) async throws -> ModelError.Reason {
        let retryAfter = RetryAfter.read(response.headers)
        var body: [UInt8] = []
        do {
            body = try await response.body.collect(maximumBytes: Self.maximumErrorBytes)
        } catch is HTTPTransportError {
            // The status alone says enough.
        }
        let report = ProviderReport(body: body)
        // AWS says the type in a header, and behind a colon where it is documented.
        let type = report.type ?? response.headers["x-amzn-ErrorType"].map { String($0.prefix { $0 != ":" }) }
        return .status(
            code: response.status,
            type: type,
            retryAfter: retryAfter ?? report.retryAfter,
            message: report.message
        )
    }

    private func error(_ reason: ModelError.Reason) -> ModelError {
        let clean: ModelError.Reason =
            switch reason {
            case .invalidRequest(let text): .invalidRequest(endpoint.redacted(text))
            case .unreachable(let text): .unreachable(endpoint.redacted(text))
            case .status(let code, let type, let retryAfter, let message):
                .status(
                    code: code,
                    type: type.map { endpoint.redacted($0) },
                    retryAfter: retryAfter,
                    message: endpoint.redacted(message)
                )
            case .stalled(let text): .stalled(endpoint.redacted(text))
            case .cutStream(let text): .cutStream(endpoint.redacted(text))
            case .malformed(let text): .malformed(endpoint.redacted(text))
            case .reported(let type, let message):
                .reported(type: type.map { endpoint.redacted($0) }, message: endpoint.redacted(message))
            }
        return ModelError(connection: endpoint.name, reason: clean)
    }

    private static func reason(for failure: HTTPTransportError) -> ModelError.Reason {
        switch failure {
        case .invalidRequest(let reason): .invalidRequest("\(reason); check the connection's base URL and headers")
        case .couldNotResolve, .connectionRefused, .addressNotAllowed, .tls, .timedOut(.connecting, _),
            .stalled(.connecting, _), .cut(.connecting), .library(.connecting, _, _):
            .unreachable(failure.description)
        case .timedOut, .stalled: .stalled(failure.description)
        case .cut, .library, .closed: .cutStream(failure.description)
        case .tooLarge, .tooManyRedirects, .malformedResponse: .malformed(failure.description)
        }
    }
}
