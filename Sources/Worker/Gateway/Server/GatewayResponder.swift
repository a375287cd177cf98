import HTTPTransport
import Hummingbird
import JobModel
import Logging
import Postgres
import Storage
import Telemetry

/// Answers what programs ask the gateway.
struct GatewayResponder: HTTPResponder {
    typealias Context = GatewayContext

    /// The longest body of a request, 32 MiB.
    static let maximumBodyBytes = 32 << 20
    /// What is read of a request that is refused, so that its client comes to read the refusal: 1 GiB.
    static let longestDrain = 1 << 30

    /// Headers that are not passed on: they belong to the one connection, or carry the token.
    private static let ownHeaders: Set<String> = [
        "authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "host", "content-length",
        "content-encoding", "content-type", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
        "upgrade", "http2-settings", "proxy-authorization", "proxy-connection", "accept-encoding", "expect",
        "idempotency-key",
    ]

    let attempts: AttemptTokens<GatewayAttempt>
    let stores: GatewayStores

    @concurrent func respond(to request: Request, context: Context) async throws -> Response {
        let isResult = request.method == .put && StepResponder.name(at: request.uri.string) != nil
        let resultEnded = isResult ? stores.results.takeUp(on: context.channel) : nil
        defer { resultEnded?() }
        let response = try await response(to: request, context: context)
        // A body behind the head would be taken for the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func response(to request: Request, context: Context) async throws -> Response {
        do {
            return try await answer(request, context)
        } catch let refusal as GatewayRefusal {
            return Response(refusal: refusal, family(of: request))
        } catch StorageError.leaseLost {
            return Response(refusal: GatewayAttempt.over, family(of: request))
        } catch let error as CancellationError {
            throw error
        } catch {
            stores.logger.warning("a request was not answered", metadata: [LogKey.error: "\(error)"])
            return Response(refusal: GatewayRefusal(.unavailable, "\(error)"), family(of: request))
        }
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        if request.headers[.upgrade]?.lowercased().contains("websocket") == true {
            throw GatewayRefusal(
                .invalid,
                "WebSocket endpoints are not served, since what goes over them cannot be matched; use the HTTP endpoints"
            )
        }
        guard let token = Self.token(of: request) else {
            throw GatewayRefusal(.unauthenticated, "the request carries no key; use the one in the environment")
        }
        guard let attempt = attempts[token] else {
            throw GatewayRefusal(
                .unauthenticated,
                "the key is not that of a running attempt: it is good for one attempt, and dead when that ends"
            )
        }
        // A target has no fragment, and the provider would not be sent it: what is asked for would be something else there.
        guard !request.uri.string.utf8.contains(UInt8(ascii: "#")) else { throw Self.nothing(at: request.uri.string) }
        let path = request.uri.path.split(separator: "/", maxSplits: 1).map(String.init)
        guard let first = path.first else { throw Self.nothing(at: "/") }
        let rest = path.count > 1 ? path[1] : ""
        if first == StepResponder.path {
            return try await StepResponder(attempt: attempt, token: token, channel: context.channel)
                .answer(rest, request)
        }
        guard let connection = attempt.connections[first] else {
            throw GatewayRefusal(
                .forbidden,
                "the job does not name a connection \(first); add it to connections of its command"
            )
        }
        switch GatewayRoute(connection.family, method: request.method.rawValue, path: rest) {
        case .call(.responseRead, let path, _) where request.uri.queryParameters["stream"] == "true":
            return try await follow(path, connection, attempt, request, context)
        case .call(let format, let path, let model):
            await attempt.noteAsked()
            return try await call(format, path, model, connection, attempt, request, context)
        case .passOn(let path): return try await passOn(path, connection, attempt, request, context)
        case nil: throw Self.nothing(at: rest)
        }
    }

    private static func nothing(at path: String) -> GatewayRefusal {
        GatewayRefusal(.notFound, "the gateway serves no \(path.prefix(200)); see docs/gateway.md for what it serves")
    }

    // MARK: Reading

    /// Whose words a client understands: those of the connection it asks, where it may, else by what it sent.
    private func family(of request: Request) -> WireFormat.Family {
        let name = request.uri.path.split(separator: "/").first.map(String.init) ?? ""
        let connection = Self.token(of: request).flatMap { attempts[$0] }?.connections[name]
        return connection?.family ?? Self.family(request.uri.string) { request.header($0) != nil }
    }

    /// Whose words a client understands, by what it sent.
    static func family(_ target: String, has: (String) -> Bool) -> WireFormat.Family {
        if has("x-goog-api-key") || query(target).contains(where: { $0.hasPrefix("key=") }) { return .gemini }
        return has("anthropic-version") || has("x-api-key") ? .anthropic : .openAI
    }

    private static func token(of request: Request) -> String? {
        token(request.uri.string) { request.header($0) }
    }

    /// The parts of what follows the path.
    private static func query(_ target: String) -> [Substring] {
        (target.split(separator: "?", maxSplits: 1).dropFirst().first ?? "").split(separator: "&")
    }

    /// The key that a request carries.
    static func token(_ target: String, header: (String) -> String?) -> String? {
        for name in ["x-api-key", "x-goog-api-key", "api-key"] {
            if let value = header(name) { return value }
        }
        if let value = header("authorization"), value.lowercased().hasPrefix("bearer ") {
            return String(value.dropFirst("bearer ".count))
        }
        return query(target).first { $0.hasPrefix("key=") }.map { String($0.dropFirst("key=".count)) }
    }

    static func passedOn(_ request: Request) -> HTTPHeaders {
        HTTPHeaders(
            request.headers.filter { !ownHeaders.contains($0.name.canonicalName) }
                .map { ($0.name.rawName, $0.value) }
        )
    }

    /// The query without the key.
    static func query(of request: Request) -> String? {
        let parts = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("key=") }
        return parts.isEmpty ? nil : parts.joined(separator: "&")
    }

    // MARK: Answering

    private func call(
        _ format: WireFormat,
        _ path: String,
        _ model: String?,
        _ connection: GatewayConnection,
        _ attempt: GatewayAttempt,
        _ request: Request,
        _ context: Context
    ) async throws -> Response {
        // Watched from the beginning: it may go before anything is found for it, and ask again.
        let client = ClientTicket(on: context.channel, stores.hangUps)
        do {
            let request = try await read(format, path, model, connection, attempt, request)
            let delivery = try await attempt.deliver(request, to: client)
            switch delivery.source {
            case .kept(let answer, let share): return Response(kept: answer, delivery, client, share)
            case .buffer(let buffer):
                let head = Head(try await buffer.head())
                if let whole = buffer.whole { return Response(head, whole, delivery, client) }
                return Response(head, from: buffer, delivery, client)
            }
        } catch {
            client.end()
            throw error
        }
    }

    private func read(
        _ format: WireFormat,
        _ path: String,
        _ model: String?,
        _ connection: GatewayConnection,
        _ attempt: GatewayAttempt,
        _ request: Request
    ) async throws -> CallRequest {
        let share = attempt.room.share()
        var call = try CallRequest(
            format,
            connection: connection,
            method: request.method.rawValue,
            path: path,
            query: Self.query(of: request),
            headers: Self.passedOn(request),
            body: try await Self.body(of: request, share: share, unread: attempt.unread),
            pathModel: model
        )
        call.share = share
        if call.retry > 0, attempt.unread.remove({ Self.mark(of: request, call.body) }) { call.retry = 0 }
        return call
    }
}

extension Request {
    /// The value of a header.
    fileprivate func header(_ name: String) -> String? { HTTPFields.Element.Name(name).flatMap { headers[$0] } }
}
