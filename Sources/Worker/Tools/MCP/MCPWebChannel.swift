import HTTPTransport
import JobModel
import Synchronization

/// A server on the web: each message is a POST, answered with JSON or with a stream of events (streamable HTTP).
final class MCPWebChannel: MCPChannel {
    /// How often a stream that broke off is taken up again.
    static let maximumResumptions = 3
    /// How long is waited before that.
    static let resumptionDelay: Duration = .seconds(1)
    /// How long the farewell may take.
    static let farewell: Duration = .seconds(5)
    /// How many answers to what the server asks for may wait to be sent.
    static let maximumReplies = 16

    private struct State {
        var lastID: Int64 = 0
        var session: String?
        var version: MCPVersion?
        var isClosed = false
        var listener: Task<Void, Never>?
        var replies: [[UInt8]] = []
        var isReplying = false
    }

    private let state = Mutex(State())
    private let address: MCPWebAddress
    private let client: HTTPClient
    private let maximumBytes: Int
    private let clock: any Clock<Duration>
    private let ears: MCPEars

    init(
        _ address: MCPWebAddress,
        client: HTTPClient,
        maximumBytes: Int,
        clock: any Clock<Duration>,
        ears: MCPEars
    ) {
        self.address = address
        self.client = client
        self.maximumBytes = maximumBytes
        self.clock = clock
        self.ears = ears
    }

    func agreed(on version: MCPVersion) { state.withLock { $0.version = version } }

    // MARK: Asking

    func result(of request: MCPRequest) async throws -> JSONValue {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        do {
            return try await answer(to: request, id: id)
        } catch let error as HTTPTransportError {
            throw Self.reason(of: error)
        } catch let error as ServerSentEventError {
            if case .invalidUTF8 = error { throw MCPError.lost("\(error)") }
            throw MCPError.tooLarge(limit: maximumBytes)
        } catch is CancellationError {
            // The end of the stream tells a server of today; those before it want to be told.
            if state.withLock({ $0.session }) != nil {
                Task { await notify("notifications/cancelled", ["requestId": .integer(id)]) }
            }
            throw CancellationError()
        }
    }

    private func answer(to request: MCPRequest, id: Int64) async throws -> JSONValue {
        let body = MCPMessage.encoded(id: id, method: request.method, params: request.params)
        var post = post(body, of: request)
        post.totalTimeout = request.timeout
        post.stallTimeout = request.timeout
        let response = try await client.start(post)
        if request.method == "initialize", let session = response.headers["Mcp-Session-Id"] {
            state.withLock { $0.session = session }
        }
        guard (200...299).contains(response.status) else { throw try await refusal(of: id, response) }
        guard isEventStream(response.headers) else {
            let body = try await response.body.collect(maximumBytes: maximumBytes)
            return try answer(in: body, to: id)
        }
        let stream = MCPEventStream(maximumBytes: maximumBytes, id: id)
        return try await follow(response, stream, timeout: request.timeout)
    }

    private func answer(in body: [UInt8], to id: Int64) throws(MCPError) -> JSONValue {
        // What does not read as JSON is no message.
        guard let value = try? JSONValue(parsing: body), let messages = MCPMessage.all(in: value) else {
            throw .lost("the server answered with what is no message: \(Self.beginning(of: body))")
        }
        for message in messages {
            if case .result(id, let result) = message { return result }
            if case .fault(id, let fault) = message { throw .refused(fault) }
            if case .fault(nil, let fault) = message { throw Self.unnamed(fault) }
        }
        throw .lost("the server answered something else than it was asked: \(Self.beginning(of: body))")
    }

    private func follow(
        _ response: HTTPResponseStream,
        _ stream: MCPEventStream,
        timeout: Duration
    ) async throws -> JSONValue {
        var stream = stream
        var response = response
        var resumptions = 0
        while true {
            do {
                if let result = try await read(response, &stream) { return result }
            } catch let error as HTTPTransportError {
                guard case .cut = error, stream.lastEvent != nil else { throw error }
            }
            guard let event = stream.lastEvent, !isStateless, resumptions < Self.maximumResumptions else {
                throw MCPError.lost("the server's answer broke off")
            }
            resumptions += 1
            try await clock.sleep(for: Self.resumptionDelay)
            response = try await takeUp(after: event, timeout: timeout)
            stream.resume()
        }
    }

    /// Takes up a stream that broke off.
    ///
    /// The server has begun to answer, so a failure never says that nothing happened.
    private func takeUp(after event: String, timeout: Duration) async throws -> HTTPResponseStream {
        let response: HTTPResponseStream
        do {
            response = try await client.start(get(after: event, timeout: timeout))
        } catch let error as HTTPTransportError {
            if case .timedOut(let limit) = Self.reason(of: error) { throw MCPError.timedOut(limit) }
            throw MCPError.lost("the server's answer broke off, and taking it up again failed: \(error)")
        }
        guard response.status == 200 else {
            throw MCPError.lost("the server's answer broke off, and taking it up again was answered \(response.status)")
        }
        return response
    }

    /// Reads a stream to the answer; nil when it ends before.
    private func read(_ response: HTTPResponseStream, _ stream: inout MCPEventStream) async throws -> JSONValue? {
        for try await chunk in response.body {
            for message in try stream.received(chunk) {
                switch message {
                case .result(stream.id, let result):
                    response.cancel()
                    return result
                case .fault(stream.id, let fault):
                    response.cancel()
                    throw MCPError.refused(fault)
                case .fault(nil, let fault):
                    response.cancel()
                    throw Self.unnamed(fault)
                default:
                    guard perform(message) else {
                        response.cancel()
                        throw MCPError.lost("the server asks for more than it takes answers to")
                    }
                }
            }
        }
        return nil
    }

    /// False when the server asks too much.
    private func perform(_ message: MCPMessage) -> Bool {
        switch message {
        case .request(let id, let method): return reply(MCPMessage.answer(to: id, method: method))
        case .notification(let method, let params): ears.heard(method, params)
        case .result, .fault, .stray: ears.note("an answer that nobody waits for")
        }
        return true
    }

    /// Has an answer sent, one after the other; false when too many wait already.
    private func reply(_ body: [UInt8]) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard state.replies.count < Self.maximumReplies else { return (false, false) }
            state.replies.append(body)
            defer { state.isReplying = true }
            return (true, !state.isReplying)
        }
        if isFirst { Task { await sendReplies() } }
        return isTaken
    }

    private func sendReplies() async {
        while let body = nextReply() { await send(body, method: nil) }
    }

    private func nextReply() -> [UInt8]? {
        state.withLock { state in
            state.isReplying = !state.replies.isEmpty
            return state.isReplying ? state.replies.removeFirst() : nil
        }
    }

    // MARK: Requests

    private var isStateless: Bool { state.withLock { $0.version?.isStateless ?? false } }

    private func headers() -> HTTPHeaders {
        var headers = address.headers
        let (session, version) = state.withLock { ($0.session, $0.version) }
        headers["Mcp-Session-Id"] = session
        if let version { headers["MCP-Protocol-Version"] = version.rawValue }
        return headers
    }

    private func post(_ body: [UInt8], of request: MCPRequest) -> HTTPRequest {
        var headers = headers()
        headers["Content-Type"] = "application/json"
        headers["Accept"] = "application/json, text/event-stream"
        if isStateless {
            headers["Mcp-Method"] = request.method
            headers["Mcp-Name"] = request.name.map(MCPHeaderValue.encoded)
            for header in request.headers {
                headers["Mcp-Param-\(header.name)"] = MCPHeaderValue.encoded(header.value)
            }
        }
        var post = HTTPRequest(method: "POST", url: address.url, headers: headers, body: body)
        post.addressPolicy = address.policy
        return post
    }

    private func get(after event: String?, timeout: Duration?) -> HTTPRequest {
        var headers = headers()
        headers["Accept"] = "text/event-stream"
        headers["Last-Event-ID"] = event
        var get = HTTPRequest(url: address.url, headers: headers)
        get.addressPolicy = address.policy
        get.totalTimeout = timeout
        get.stallTimeout = timeout
        return get
    }

    func notify(_ method: String, _ params: JSONObject) async {
        await send(MCPMessage.encoded(id: nil, method: method, params: params), method: method)
    }

    /// Sends what needs no answer; that it got there is not certain.
    private func send(_ body: [UInt8], method: String?) async {
        var post = post(body, of: MCPRequest(method: method ?? "response"))
        post.totalTimeout = Self.farewell
        _ = try? await client.send(post, maximumBytes: 1 << 16)
    }

    // MARK: Listening

    func listen(_ request: MCPRequest?) {
        let listener = Task {
            var opening: HTTPRequest
            if let request {
                let id = state.withLock { state in
                    state.lastID += 1
                    return state.lastID
                }
                opening = post(MCPMessage.encoded(id: id, method: request.method, params: request.params), of: request)
            } else {
                opening = get(after: nil, timeout: nil)
            }
            opening.stallTimeout = nil
            opening.totalTimeout = nil
            // A server that does not offer it, or ends it, is asked again at the next start.
            guard let response = try? await client.start(opening), response.status == 200,
                isEventStream(response.headers)
            else { return }
            var stream = MCPEventStream(maximumBytes: maximumBytes, id: 0)
            _ = try? await read(response, &stream)
        }
        let isLate = state.withLock { state in
            state.listener = listener
            return state.isClosed
        }
        if isLate { listener.cancel() }
    }

    func close() async {
        let (session, listener) = state.withLock { state in
            defer {
                state.isClosed = true
                state.session = nil
            }
            return (state.session, state.listener)
        }
        listener?.cancel()
        await listener?.value
        guard let session else { return }
        var headers = headers()
        headers["Mcp-Session-Id"] = session
        var delete = HTTPRequest(method: "DELETE", url: address.url, headers: headers)
        delete.addressPolicy = address.policy
        delete.totalTimeout = Self.farewell
        let client = client
        // Also when our own task is cancelled; a server that does not know the method forgets the session by itself.
        await Task { [delete] in _ = try? await client.send(delete, maximumBytes: 1 << 16) }.value
    }
}

// MARK: What went wrong

extension MCPWebChannel {
    private func isEventStream(_ headers: HTTPHeaders) -> Bool {
        headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    private static func beginning(of body: [UInt8]) -> String { String(decoding: body.prefix(200), as: UTF8.self) }

    /// What an error means that does not name our request: it does not say that the request is not carried out.
    private static func unnamed(_ fault: MCPFault) -> MCPError {
        .lost("the server says, and not of which request: \(fault)")
    }

    /// Why a request was answered with a status that is no success.
    ///
    /// An error in the body is the server's refusal where it names the request, or the status is one. Others are written by
    /// what stands before a server too, which knows nothing of what the server does.
    private func refusal(of id: Int64, _ response: HTTPResponseStream) async throws -> MCPError {
        let body = try await response.body.collect(maximumBytes: 1 << 20)
        if let value = try? JSONValue(parsing: body), case .fault(let number, let fault)? = MCPMessage(value) {
            if response.status == 404, !isStateless, state.withLock({ $0.session }) != nil { return .sessionEnded }
            let isRefusal = (400...499).contains(response.status) && response.status != 408
            if number == id || isRefusal { return .refused(fault) }
        }
        let said = "the server answered \(response.status)"
        let reason = Self.beginning(of: body)
        switch response.status {
        case 401, 403:
            return .unreachable("\(said): it does not take the connection's headers; check its key")
        case 404 where !isStateless && state.withLock({ $0.session }) != nil: return .sessionEnded
        case 300...399:
            return .unreachable("\(said), which leads elsewhere; write the address it leads to into the connection")
        // It did not wait for the end of the request, or so it says: what it had begun by then nobody knows.
        case 408: return .lost("\(said): \(reason)")
        case 400...499: return .rejected(status: response.status, reason)
        default: return .lost("\(said): \(reason)")
        }
    }

    private static func reason(of error: HTTPTransportError) -> MCPError {
        switch error {
        case .tooLarge(let limit): .tooLarge(limit: limit)
        case .timedOut(_, let limit) where error.requestMayHaveArrived: .timedOut(limit)
        case .stalled(_, let limit) where error.requestMayHaveArrived: .timedOut(limit)
        default: error.requestMayHaveArrived ? .lost("\(error)") : .unreachable("\(error)")
        }
    }
}
