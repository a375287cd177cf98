import Checkpoints
import HTTPTransport
import Hummingbird
import JobModel
import Recordings
import Tools

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

    /// What a provider answered to a question that costs nothing.
    ///
    /// - Parameter share: What it holds of the gateway's memory until it is sent.
    /// - Throws: `GatewayRefusal` for what is no answer.
    init(
        passedOn answer: HTTPTransport.HTTPResponse,
        of connection: GatewayConnection,
        _ share: BodyRoom.Share
    ) throws(GatewayRefusal) {
        var (status, kept, body) = (answer.status, HTTPHeaders(), connection.redactor.redacted(answer.body))
        if (200..<300).contains(status) {
            let isStream = answer.headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") == true
            guard isStream || (try? JSONValue(parsing: body)) != nil else {
                let fault = AnswerFault.notJSON(excerpt: String(decoding: body.prefix(100), as: UTF8.self))
                throw GatewayRefusal(.badAnswer, "\(connection.name): \(fault)")
            }
            kept["Content-Type"] = answer.headers["Content-Type"]
        } else if status != 304 {
            let error = ProviderError(status: status, headers: answer.headers, body: body, of: connection)
            (status, kept, body) = (error.status, error.headers, error.body)
        }
        var headers = HTTPFields()
        for header in kept { headers.set(header.name, header.value) }
        self.init(status: .init(code: status), headers: headers, body: ResponseBody(body, share))
    }

    /// An answer out of its record.
    ///
    /// - Parameter share: What it holds of the gateway's memory until it is sent.
    init(
        kept answer: KeptAnswer,
        _ delivery: GatewayAttempt.Delivery,
        _ ticket: ClientTicket,
        _ share: BodyRoom.Share
    ) {
        self.init(
            status: .init(code: answer.status),
            headers: Self.fields(answer.headers, delivery),
            body: ResponseBody(answer.body, share, ticket)
        )
    }

    /// An answer that is there as a whole.
    init(_ head: Head, _ whole: [UInt8], _ delivery: GatewayAttempt.Delivery, _ ticket: ClientTicket) {
        self.init(
            status: .init(code: head.status),
            headers: Self.fields(head.headers, delivery),
            body: ResponseBody(whole, nil, ticket)
        )
    }

    /// An answer as it comes.
    init(
        _ head: Head,
        from buffer: AnswerBuffer,
        _ delivery: GatewayAttempt.Delivery,
        _ ticket: ClientTicket
    ) {
        self.init(
            status: .init(code: head.status),
            headers: Self.fields(head.headers, delivery),
            body: ResponseBody { writer in
                defer { ticket.end() }
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

extension ResponseBody {
    /// A body whose bytes are all there.
    ///
    /// It goes out in pieces: so a client that takes some of them is told from one that takes nothing.
    init(_ bytes: [UInt8], _ share: BodyRoom.Share? = nil, _ ticket: ClientTicket? = nil) {
        self.init(contentLength: bytes.count) { writer in
            defer { ticket?.end() }
            do {
                var begin = 0
                repeat {
                    let end = min(begin + AnswerBuffer.maximumPiece, bytes.count)
                    if end == bytes.count { ticket?.sendingLast() }
                    try await writer.write(ByteBuffer(bytes: bytes[begin..<end]))
                    begin = end
                } while begin < bytes.count
                try await writer.finish(nil)
            } catch {
                ticket?.writeFailed()
                throw error
            }
            withExtendedLifetime(share) {}
        }
    }
}

extension HTTPFields {
    /// Sets a field; a name that is none is left out.
    fileprivate mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPFields.Element.Name(name) else { return }
        self[name] = value
    }
}
