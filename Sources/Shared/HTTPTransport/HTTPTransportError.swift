/// Why a request got no complete response.
///
/// A response of whatever status is no error. No case holds a header field, a query or a body.
package enum HTTPTransportError: Error, Equatable, Sendable {
    /// The request cannot be sent as it is.
    case invalidRequest(reason: String)
    /// The name of the host has no address, or no name server answered.
    case couldNotResolve(host: String)
    /// The connection was refused, or no route leads to the host.
    case connectionRefused(host: String)
    /// Every address of the host is kept out by the request's address policy.
    case addressNotAllowed(host: String)
    /// The peer's certificate is not trusted, or no TLS session came about.
    case tls(host: String, reason: String)
    /// A time limit passed: the connect timeout while connecting, otherwise the total timeout.
    case timedOut(HTTPTransferPhase, after: Duration)
    /// Nothing came for too long after the request was sent.
    case stalled(HTTPTransferPhase, after: Duration)
    /// The connection ended before the response was complete.
    case cut(HTTPTransferPhase)
    /// The response is larger than the caller takes.
    case tooLarge(limit: Int)
    /// The response led to more redirects than are followed.
    case tooManyRedirects(limit: Int)
    /// What came back is not HTTP.
    case malformedResponse
    /// The client was closed.
    case closed
    /// Any other fault, with libcurl's number and text for it.
    case library(HTTPTransferPhase, code: Int, reason: String)

    /// Whether the peer may have received the request, so that repeating it may repeat what it did.
    package var requestMayHaveArrived: Bool {
        switch self {
        case .invalidRequest, .couldNotResolve, .connectionRefused, .addressNotAllowed, .tls: false
        case .timedOut(let phase, _), .stalled(let phase, _), .cut(let phase), .library(let phase, _, _):
            phase != .connecting
        case .tooLarge, .tooManyRedirects, .malformedResponse, .closed: true
        }
    }
}

extension HTTPTransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .couldNotResolve(let host): "the host name has no address: \(host); check the spelling and the name server"
        case .connectionRefused(let host): "no connection to \(host): refused or unreachable"
        case .addressNotAllowed(let host):
            "\(host) has no address that may be reached: only public addresses are allowed"
        case .tls(let host, let reason): "no TLS session with \(host): \(reason)"
        case .timedOut(.connecting, let limit): "no connection within \(limit)"
        case .timedOut(.waiting, let limit): "no response within \(limit)"
        case .timedOut(.receiving, let limit): "the response was not complete within \(limit)"
        case .stalled(.receiving, let limit): "the response stopped: nothing came for \(limit)"
        case .stalled(_, let limit): "the peer did not answer: nothing came for \(limit)"
        case .cut(.receiving): "the connection ended before the response was complete"
        case .cut: "the connection ended before a response came"
        case .tooLarge(let limit): "the response is larger than \(limit) bytes"
        case .tooManyRedirects(let limit): "more than \(limit) redirects"
        case .malformedResponse: "the peer's answer is not HTTP"
        case .closed: "the HTTP client was closed"
        case .library(_, let code, let reason): "the transfer ended with libcurl error \(code): \(reason)"
        }
    }
}
