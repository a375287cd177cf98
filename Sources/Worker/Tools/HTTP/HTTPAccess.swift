package import HTTPTransport
import JobModel
package import Workflow

/// Sends the requests of workflows and models, within what its owner allows.
///
/// An address is checked before each request, that of a redirect too, and by `AddressPolicy` once more when the name
/// has been resolved, so a public name with a private address is not connected to.
package struct HTTPAccess: Sendable {
    private let client: HTTPClient
    private let target: HTTPTarget
    private let methods: [HTTPMethod]
    private let headers: HTTPHeaders
    private let policy: AddressPolicy
    private let limits: HTTPLimits

    /// - Parameters:
    ///   - headers: What a connection adds to each request, its secret too. With these the target must be
    ///     `.below`, so that they never go elsewhere.
    ///   - policy: Where connections may lead: `.publicOnly` unless the one who runs the worker named the address.
    package init(
        client: HTTPClient = .shared,
        target: HTTPTarget,
        methods: [HTTPMethod],
        headers: HTTPHeaders = [:],
        policy: AddressPolicy = .publicOnly,
        limits: HTTPLimits = HTTPLimits()
    ) {
        if case .below = target {
        } else {
            precondition(headers.fields.isEmpty, "a connection's headers go to its own address only")
        }
        self.client = client
        self.target = target
        self.methods = methods
        self.headers = headers
        self.policy = policy
        self.limits = limits
    }

    /// Sends a request and reads the answer, following the redirects of a GET or HEAD.
    ///
    /// What a redirect to another origin (another scheme, host or port) gets of the headers says only what the request asks
    /// for and holds, and from which program.
    ///
    /// - Throws: `HTTPRefusal` when something is not allowed and nothing was sent, `HTTPTransportError` when no answer came,
    ///   `HTTPRedirectFault` when one came that could not be followed, or `CancellationError`. An answer of whatever
    ///   status is no error.
    package func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        guard methods.contains(call.method) else {
            let allowed = methods.map(\.rawValue).joined(separator: ", ")
            throw HTTPRefusal(reason: "the method \(call.method.rawValue) is not allowed; allowed: \(allowed)")
        }
        var address: WebAddress
        do {
            address = try target.address(call.url)
        } catch {
            throw HTTPRefusal(reason: error.reason)
        }
        var sent = try fields(of: call)
        if let objection = target.objection(to: address) { throw HTTPRefusal(reason: objection) }
        for redirects in 0...HTTPRequest.maximumRedirects {
            let answer: HTTPAnswer
            do {
                answer = try await send(call, to: address, sent)
            } catch let error as HTTPTransportError where redirects > 0 {
                // What the error says of its own request it does not say of the first.
                throw HTTPRedirectFault.failed(error)
            }
            guard let next = try redirect(of: answer, from: address, call.method) else { return answer }
            if next.origin != address.origin { sent = Self.fieldsForAnyone(among: sent) }
            address = next
        }
        throw HTTPTransportError.tooManyRedirects(limit: HTTPRequest.maximumRedirects)
    }

    private func send(_ call: HTTPCall, to address: WebAddress, _ fields: HTTPHeaders) async throws -> HTTPAnswer {
        var request = HTTPRequest(method: call.method.rawValue, url: address.description, headers: fields)
        switch call.body {
        case .json(let value): request.body = value.encoded()
        case .text(let text): request.body = Array(text.utf8)
        case nil: break
        }
        // What must not be done twice is not sent twice either, whatever its method promises.
        if call.effect == .once { request.isRepeatable = false }
        request.totalTimeout = limits.time
        request.addressPolicy = policy
        let stream = try await client.start(request)
        var bytes: [UInt8] = []
        var truncatedAt: Int?
        for try await chunk in stream.body {
            bytes.append(contentsOf: chunk.prefix(limits.bytes - bytes.count + 1))
            guard bytes.count > limits.bytes else { continue }
            bytes.removeLast(bytes.count - limits.bytes)
            truncatedAt = limits.bytes
            stream.cancel()
            break
        }
        return HTTPAnswer(status: stream.status, headers: stream.headers, bytes: bytes, truncatedAt: truncatedAt)
    }

    private func redirect(
        of answer: HTTPAnswer,
        from address: WebAddress,
        _ method: HTTPMethod
    ) throws(HTTPRedirectFault) -> WebAddress? {
        guard [301, 302, 303, 307, 308].contains(answer.status), [.get, .head].contains(method),
            let location = answer.headers["Location"]
        else { return nil }
        let next: WebAddress
        do {
            next = try WebAddress(location, relativeTo: address)
        } catch {
            throw Self.refused("the answer of \(address.origin) leads to an address that cannot be read: \(error)")
        }
        if address.scheme == "https", next.scheme == "http" {
            throw Self.refused("the answer of \(address.origin) leads from https to http")
        }
        if let objection = target.objection(to: next) {
            throw Self.refused("the answer of \(address.origin) leads elsewhere: \(objection)")
        }
        return next
    }

    private static func refused(_ reason: String) -> HTTPRedirectFault { .refused(HTTPRefusal(reason: reason)) }

    /// What decides where a request goes, how long it is, or whose it is, is not the caller's to set.
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private func fields(of call: HTTPCall) throws(HTTPRefusal) -> HTTPHeaders {
        var fields = HTTPHeaders()
        for (name, value) in call.headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw HTTPRefusal(reason: "the header \(name.debugDescription) cannot be sent") }
            guard !Self.reserved.contains(name.lowercased()), !name.lowercased().hasPrefix("proxy-") else {
                throw HTTPRefusal(reason: "the header \(name) cannot be set")
            }
            fields.add(name, value)
        }
        switch call.body {
        case .json: if fields["Content-Type"] == nil { fields["Content-Type"] = "application/json" }
        case .text: if fields["Content-Type"] == nil { fields["Content-Type"] = "text/plain; charset=utf-8" }
        case nil: break
        }
        if let key = call.idempotencyKey { fields["Idempotency-Key"] = key }
        for (name, value) in headers { fields[name] = value }
        return fields
    }

    /// The fields that are no secrets, whatever the names are under which services take theirs.
    private static func fieldsForAnyone(among fields: HTTPHeaders) -> HTTPHeaders {
        let names = ["accept", "accept-language", "content-type", "user-agent"]
        return HTTPHeaders(fields.filter { names.contains($0.name.lowercased()) }.map { ($0.name, $0.value) })
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
