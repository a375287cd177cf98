import HTTPTransport
import JobModel

extension ModelExchange {
    /// Reads the answer in a response: a stream of events, or a single JSON document.
    func read(
        _ response: HTTPResponseStream,
        _ stream: some AnswerStream,
        _ onText: (@Sendable (String) -> Void)?,
        document: (JSONValue) throws(ModelError.Reason) -> ModelAnswer
    ) async throws -> ModelAnswer {
        switch Self.contentType(of: response) {
        case "text/event-stream", "":
            return try await readEvents(response, stream, onText)
        case "application/json":
            let answer = try document(try await json(of: response))
            if !answer.message.text.isEmpty { onText?(answer.message.text) }
            return answer
        case let type: throw try await strange(type, response)
        }
    }

    /// The media type of a response, without its parameters.
    static func contentType(of response: HTTPResponseStream) -> String {
        (response.headers["Content-Type"] ?? "").prefix { $0 != ";" }.lowercased()
    }

    /// Says that a body is of another type than an answer has, and how it begins.
    func strange(_ type: String, _ response: HTTPResponseStream) async throws -> ModelError.Reason {
        let beginning = try await response.body.first { _ in true } ?? []
        return .malformed("its content type is \(type); it begins \(Self.excerpt(beginning))")
    }

    private func readEvents(
        _ response: HTTPResponseStream,
        _ stream: some AnswerStream,
        _ onText: (@Sendable (String) -> Void)?
    ) async throws -> ModelAnswer {
        var stream = stream
        var parser = ServerSentEventParser()
        var bytesLeft = Self.maximumAnswerBytes
        for try await chunk in response.body {
            bytesLeft -= chunk.count
            guard bytesLeft >= 0 else { throw HTTPTransportError.tooLarge(limit: Self.maximumAnswerBytes) }
            for event in try parser.consume(chunk) {
                switch try stream.eventArrived(event) {
                case .text(let text): if !text.isEmpty { onText?(text) }
                case .complete(let answer): return answer
                }
            }
        }
        return try stream.answerAtEnd()
    }

    /// The JSON of an event.
    static func json(of event: ServerSentEvent) throws(ModelError.Reason) -> JSONValue {
        do {
            return try JSONValue(parsing: event.data)
        } catch {
            throw .malformed("\(error), in an event that begins \(excerpt(event.data.utf8))")
        }
    }
}
