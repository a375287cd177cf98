import NIOHTTP1

/// How a server refuses what never became a request.
struct ArrivalWords: Sendable {
    /// The body for a refusal; the head is that of the request, where it has come.
    let body: @Sendable (GatewayRefusal, HTTPRequestHead?) -> [UInt8]

    /// The whole response, as it goes over the wire.
    func response(_ refusal: GatewayRefusal, _ head: HTTPRequestHead?) -> [UInt8] {
        let body = body(refusal, head)
        let status = HTTPResponseStatus(statusCode: refusal.reason.status)
        let lines = [
            "HTTP/1.1 \(status.code) \(status.reasonPhrase)", "content-type: application/json",
            "content-length: \(body.count)", "x-should-retry: \(refusal.reason.isWorthARetry)", "connection: close",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }
}
