import Synchronization
import Threads

/// Sends HTTP requests over connections that are kept and used again.
///
/// All transfers of a client share one thread. A client that nobody holds any more closes its connections.
package final class HTTPClient: Sendable {
    /// The client for everything that needs no connections of its own.
    package static let shared = HTTPClient()

    /// The most bytes of a body that `send` collects when it is not told otherwise: 16 MiB.
    package static let defaultMaximumBytes = 16 << 20

    /// How the engine is reached; nil before the first request.
    ///
    /// Many programs never send one, and what libcurl and its TLS library begin with takes megabytes.
    private let inbox = Mutex<EngineInbox?>(nil)

    /// A client with a thread and connections of its own.
    package init() {}

    deinit { inbox.withLock { $0?.post(.stop) } }

    /// Sends a request and returns when the head of the response is there.
    ///
    /// Cancelling the task ends the transfer, here and while the body is read.
    ///
    /// - Throws: `HTTPTransportError`, or `CancellationError`.
    package func start(_ request: HTTPRequest) async throws -> HTTPResponseStream {
        let transfer = Transfer(inbox: engine())
        let head = try await transfer.start(request)
        let handle = TransferHandle(transfer: transfer, client: self)
        return HTTPResponseStream(status: head.status, headers: head.headers, body: HTTPBody(handle: handle))
    }

    /// Sends a request and collects the response.
    ///
    /// - Parameter maximumBytes: The most bytes of a body that are taken.
    /// - Throws: `HTTPTransportError`, `.tooLarge` for a larger body, or `CancellationError`.
    package func send(
        _ request: HTTPRequest,
        maximumBytes: Int = defaultMaximumBytes
    ) async throws -> HTTPResponse {
        let response = try await start(request)
        if let length = response.headers["Content-Length"].flatMap({ Int($0) }), length > maximumBytes,
            request.method != "HEAD"
        {
            response.cancel()
            throw HTTPTransportError.tooLarge(limit: maximumBytes)
        }
        let body = try await response.body.collect(maximumBytes: maximumBytes)
        return HTTPResponse(status: response.status, headers: response.headers, body: body)
    }

    private func engine() -> EngineInbox {
        inbox.withLock { inbox in
            if let inbox { return inbox }
            let made = EngineInbox()
            PlainThread.start(named: "http") { EngineLoop(inbox: made).run() }
            inbox = made
            return made
        }
    }
}
