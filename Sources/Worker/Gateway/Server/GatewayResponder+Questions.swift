import HTTPTransport
import Hummingbird
import JobModel
import Postgres
import Tools

/// What costs nothing and is not recorded: nobody needs it when its client has gone, and the provider is not kept asking.
extension GatewayResponder {
    /// Passes on an answer as a whole.
    func passOn(
        _ path: String,
        _ connection: GatewayConnection,
        _ attempt: GatewayAttempt,
        _ request: Request,
        _ context: Context
    ) async throws -> Response {
        guard await !attempt.isClosed else { throw GatewayAttempt.over }
        let outgoing = Self.question(path, connection, request)
        return try await reaching(connection) {
            let answer = try await stores.hangUps.untilGone(context.channel) { [stores] in
                try await stores.places.pass { try await stores.client.send(outgoing) }
            }
            return try whole(answer, connection, attempt)
        }
    }

    /// Passes on the events of a response that the provider keeps, as they come; it is asked for again in a later attempt.
    ///
    /// What the response cost is put down before the program has the event that tells it.
    func follow(
        _ path: String,
        _ connection: GatewayConnection,
        _ attempt: GatewayAttempt,
        _ request: Request,
        _ context: Context
    ) async throws -> Response {
        // Then it is known which calls await their costs.
        try await attempt.open()
        guard await !attempt.isClosed else { throw GatewayAttempt.over }
        var outgoing = Self.question(path, connection, request)
        outgoing.firstByteTimeout = connection.firstByte
        outgoing.stallTimeout = connection.stall
        outgoing.totalTimeout = CallRequest.longestCall
        let response = CallRequest.response(at: path) ?? path
        return try await reaching(connection) { [outgoing] in
            // The place is for the time until the head is there: events come for hours.
            let answer = try await stores.hangUps.untilGone(context.channel) { [stores] in
                try await stores.places.pass { try await stores.client.start(outgoing) }
            }
            let type = answer.headers["Content-Type"]
            guard (200..<300).contains(answer.status), type?.lowercased().hasPrefix("text/event-stream") == true else {
                // It may tell what the response cost, whoever waits for it.
                let body = try await answer.body.collect(maximumBytes: AnswerBuffer.maximumBytes)
                if let usage = FollowedResponse.usage(in: body) {
                    await attempt.told(AwaitedCosts.Told(response: response, usage: usage))
                }
                let answer = HTTPTransport.HTTPResponse(status: answer.status, headers: answer.headers, body: body)
                return try whole(answer, connection, attempt)
            }
            let redactor = StreamRedactor(connection.redactor)
            return Response(
                status: .init(code: answer.status),
                headers: [.contentType: type ?? ""],
                body: ResponseBody { writer in
                    // A client that has gone reads nothing more, and the next event may be minutes away.
                    let end = stores.hangUps.watch(context.channel) { answer.cancel() }
                    defer { end() }
                    var (redactor, followed) = (redactor, FollowedResponse())
                    for try await sent in answer.body {
                        if let usage = followed.consume(sent) {
                            await attempt.told(AwaitedCosts.Told(response: response, usage: usage))
                        }
                        let bytes = redactor.take(sent)
                        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                    }
                    let rest = redactor.finish()
                    if !rest.isEmpty { try await writer.write(ByteBuffer(bytes: rest)) }
                    try await writer.finish(nil)
                }
            )
        }
    }

    private static func question(
        _ path: String,
        _ connection: GatewayConnection,
        _ request: Request
    ) -> HTTPTransport.HTTPRequest {
        var outgoing = HTTPTransport.HTTPRequest(
            method: "GET",
            url: connection.address(path, query: query(of: request)),
            headers: passedOn(request)
        )
        connection.sign(&outgoing)
        return outgoing
    }

    private func whole(
        _ answer: HTTPTransport.HTTPResponse,
        _ connection: GatewayConnection,
        _ attempt: GatewayAttempt
    ) throws -> Response {
        let share = attempt.answers.share()
        try share.take(answer.body.count)
        return try Response(passedOn: answer, of: connection, share)
    }

    private func reaching(
        _ connection: GatewayConnection,
        _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            return try await body()
        } catch let error as HTTPTransportError {
            throw GatewayRefusal(.unreachable, "\(connection.name): \(error)")
        }
    }
}
