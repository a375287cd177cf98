import Digests
import Hummingbird
import JobModel

/// The bodies of requests.
extension GatewayResponder {
    /// The body of a request, in plain.
    ///
    /// - Parameters:
    ///   - share: Of the memory that requests have: what the body takes when it has come and is read as JSON.
    ///   - unread: Where it is noted when there is no room for it.
    static func body(
        of request: Request,
        share: BodyRoom.Share,
        unread: UnreadRequests? = nil
    ) async throws -> [UInt8] {
        let limit = maximumBodyBytes
        var bytes: [UInt8] = []
        var count = 0
        var noRoom: GatewayRefusal?
        var mark: SHA256?
        do {
            for try await buffer in request.body {
                count += buffer.readableBytes
                // Read on, and keep nothing: most clients read no answer before they have sent all.
                if count > limit {
                    bytes = []
                } else if noRoom == nil {
                    do {
                        try share.take(buffer.readableBytes)
                        bytes += buffer.readableBytesView
                    } catch {
                        noRoom = error
                        mark = digest(of: request, bytes)
                        bytes = []
                        share.empty()
                    }
                }
                mark?.update(buffer.readableBytesView)
                guard count <= longestDrain else { break }
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            // Whoever sent it is gone, or was told already.
            throw GatewayRefusal(.invalid, "the request broke off: \(error)")
        }
        guard count <= limit else { throw GatewayRefusal(.tooLarge, "the request has more than \(limit) bytes") }
        if let noRoom {
            if let mark = mark.take() { note(request, mark.finalize(), noRoom, unread) }
            throw noRoom
        }
        let plain = try RequestCoding.decoded(bytes, request.headers[.contentEncoding], limit: limit)
        do {
            try share.take(max(0, plain.count - bytes.count) + JSONWeight.of(plain))
        } catch {
            note(request, Self.mark(of: request, bytes), error, unread)
            throw error
        }
        return plain
    }

    /// What tells a request from others: where it goes, and its body.
    static func mark(of request: Request, _ body: [UInt8]) -> SHA256Digest { digest(of: request, body).finalize() }

    private static func digest(of request: Request, _ body: [UInt8]) -> SHA256 {
        var digest = SHA256()
        digest.update("\(request.method.rawValue) \(request.uri.path)\n".utf8)
        digest.update(body)
        return digest
    }

    private static func note(
        _ request: Request,
        _ mark: SHA256Digest,
        _ refusal: GatewayRefusal,
        _ unread: UnreadRequests?
    ) {
        // A body in another coding may be coded in another way the next time.
        guard let unread, refusal.reason == .unavailable, request.headers[.contentEncoding] == nil else { return }
        let count = HTTPFields.Element.Name(CallRequest.retryHeader).flatMap { request.headers[$0] }
        unread.add(mark, isRetry: CallRequest.retry(count) > 0)
    }
}
