import Checkpoints
import HTTPTransport
import Hummingbird
import JobModel

/// The head of a provider's answer.
struct Head: Sendable {
    let status: Int
    let headers: HTTPHeaders

    init(_ head: (status: Int, headers: HTTPHeaders)) {
        status = head.status
        headers = head.headers
    }
}

extension Response {
    /// A refusal, in the words of a family of providers.
    init(refusal: GatewayRefusal, _ family: WireFormat.Family) {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers.set("x-should-retry", refusal.reason.isWorthARetry ? "true" : "false")
        // What is left of a request that was refused is not read.
        if refusal.reason == .tooLarge { headers[.connection] = "close" }
        self.init(
            status: .init(code: refusal.reason.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: refusal.json(family).encoded()))
        )
    }

    /// An answer out of its record.
    init(kept answer: KeptAnswer, _ delivery: GatewayAttempt.Delivery, _ ticket: ClientTicket) {
        let body = answer.body
        self.init(
            status: .init(code: answer.status),
            headers: Self.fields(answer.headers, delivery),
            body: ResponseBody(contentLength: body.count) { writer in
                do {
                    ticket.sendingLast()
                    try await writer.write(ByteBuffer(bytes: body))
                    try await writer.finish(nil)
                } catch {
                    ticket.writeFailed()
                    throw error
                }
            }
        )
    }

    /// An answer as it comes.
    init(
        _ head: Head,
        from buffer: AnswerBuffer,
        _ delivery: GatewayAttempt.Delivery,
        _ ticket: ClientTicket,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.init(
            status: .init(code: head.status),
            headers: Self.fields(head.headers, delivery),
            body: ResponseBody { writer in
                defer { onEnd() }
                var offset = 0
                do {
                    while case .bytes(let bytes, let isLast) = try await buffer.next(after: offset) {
                        if isLast { ticket.sendingLast() }
                        try await writer.write(ByteBuffer(bytes: bytes))
                        offset += bytes.count
                    }
                } catch {
                    // Without its end the body is no answer, and the client sees that.
                    ticket.writeFailed()
                    throw error
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func fields(_ headers: HTTPHeaders, _ delivery: GatewayAttempt.Delivery) -> HTTPFields {
        var fields = HTTPFields()
        for header in headers { fields.set(header.name, header.value) }
        fields.set("x-chassis-step", delivery.position.description)
        fields.set("x-chassis-match", delivery.match)
        return fields
    }
}

extension HTTPFields {
    /// Sets a field; a name that is none is left out.
    fileprivate mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPFields.Element.Name(name) else { return }
        self[name] = value
    }
}
