import HTTPTransport
import JobModel

/// Reads an answer as it comes, to know when it is complete and what it took; the bytes themselves stay as they are.
package struct AnswerReader: Sendable {
    private enum Content: Sendable {
        case document([UInt8])
        case events(ServerSentEventParser)
    }

    /// What some bytes are to the answer that they continue.
    package struct Piece: Equatable, Sendable {
        /// How many bytes may be passed on before the answer is recorded, of those that were held back and, behind them, these.
        ///
        /// They are whole events that do not complete it: some clients take the beginning of the last one for all of it.
        package let passable: Int
        /// How many of them belong to the answer, when it is complete with them; nil when more is to come.
        package let end: Int?
    }

    private let format: WireFormat
    private var content: Content
    /// Of a stream without a terminator of its own: whether what ends an answer has come, and only the end of the
    /// connection is missing.
    private var isHolding = false
    /// Of a stream with a terminator: whether anything of an answer has come.
    private var hasBegun = false
    /// How many bytes of a stream are held back.
    private var heldCount = 0
    package private(set) var summary = AnswerSummary()
    /// How many of the last bytes belong to the stream up to the error that it reported in one of its events.
    package private(set) var reportEnd: Int?

    /// - Parameter contentType: As the provider said it.
    package init(_ format: WireFormat, contentType: String?) {
        self.format = format
        let isStream = contentType?.lowercased().hasPrefix("text/event-stream") ?? false
        content = isStream ? .events(ServerSentEventParser()) : .document([])
    }

    /// Whether bytes are passed on before the answer is complete.
    package var isStream: Bool { if case .events = content { true } else { false } }

    /// Reads on.
    ///
    /// - Throws: `reported` for an event that is an error of the provider's; `reportEnd` says where it ends.
    package mutating func consume(_ bytes: [UInt8]) throws(AnswerFault) -> Piece {
        switch content {
        case .document(var document):
            // Let go of the state's copy first, or every piece would copy all that has come.
            content = .document([])
            document += bytes
            content = .document(document)
            return Piece(passable: 0, end: nil)
        case .events(var parser):
            defer { content = .events(parser) }
            var begin = bytes.startIndex
            var passable = 0
            defer { heldCount += bytes.count - passable }
            while begin < bytes.endIndex {
                let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.endIndex
                for event in try Self.events(in: bytes[begin..<end], &parser) {
                    do throws(AnswerFault) {
                        if try take(event) { return Piece(passable: passable, end: end) }
                    } catch {
                        if case .reported = error { reportEnd = end }
                        throw error
                    }
                }
                if !isHolding, parser.isBetweenEvents { passable = heldCount + end }
                begin = end
            }
            return Piece(passable: passable, end: nil)
        }
    }

    private static func events(
        in bytes: ArraySlice<UInt8>,
        _ parser: inout ServerSentEventParser
    ) throws(AnswerFault) -> [ServerSentEvent] {
        do throws(ServerSentEventError) {
            return try parser.consume(bytes)
        } catch {
            throw .notEvents("\(error)")
        }
    }

    /// The provider's connection ended in order.
    package mutating func ended() throws(AnswerFault) {
        switch content {
        case .document(let bytes):
            let json: JSONValue
            do {
                json = try JSONValue(parsing: bytes)
            } catch {
                throw .notJSON(excerpt: String(decoding: bytes.prefix(100), as: UTF8.self))
            }
            // Gemini's stream without events is one array.
            let parts = json.arrayValue ?? [json]
            for part in parts {
                if let error = part["error"], !error.isNull, !format.holdsErrors(part) {
                    throw .reported(Self.message(error))
                }
                summary.read(part, format)
            }
            guard parts.contains(where: format.isAnswer) else {
                throw .noAnswer(excerpt: String(decoding: bytes.prefix(100), as: UTF8.self))
            }
        case .events: guard isHolding else { throw .unfinished }
        }
    }

    /// Takes one event; returns whether the answer is complete with it.
    private mutating func take(_ event: ServerSentEvent) throws(AnswerFault) -> Bool {
        if format == .chat || format == .completions, event.data == "[DONE]" { return try endsAnswer() }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(event.data.utf8))
        } catch {
            throw .notEvents("an event's data is no JSON")
        }
        if let error = json["error"], !error.isNull { throw .reported(Self.message(error)) }
        switch format {
        case .chat, .completions:
            summary.read(json, format)
            if format.isAnswer(json) { hasBegun = true }
            return false
        case .responses: return try takeResponses(json)
        case .messages:
            switch json["type"]?.stringValue {
            case "message_start":
                hasBegun = true
                summary.readAnthropic(json["message"]?["usage"])
            case "content_block_start":
                if json["content_block"]?["type"] == "tool_use" { summary.note(json["content_block"]?["id"]) }
            case "content_block_delta": summary.say(json["delta"]?["text"])
            case "message_delta": summary.readAnthropic(json["usage"])
            case "message_stop": return try endsAnswer()
            default: break
            }
            return false
        case .generate, .streamGenerate:
            summary.readGemini(json)
            let candidates = json["candidates"]?.arrayValue ?? []
            let isBlocked = json["promptFeedback"]?["blockReason"] != nil
            if isBlocked || candidates.contains(where: { $0["finishReason"]?.isNull == false }) { isHolding = true }
            return false
        case .compact, .embeddings, .conversations, .moderations, .keptChange, .keptRead, .responseRead,
            .countResponses, .countTokens, .embedContent, .countGemini:
            isHolding = true
            return false
        }
    }

    private func endsAnswer() throws(AnswerFault) -> Bool {
        guard hasBegun else { throw .noAnswer(excerpt: "the stream's end, and nothing before it") }
        return true
    }

    private mutating func takeResponses(_ json: JSONValue) throws(AnswerFault) -> Bool {
        switch json["type"]?.stringValue {
        case "response.completed", "response.incomplete":
            if let response = json["response"] {
                hasBegun = true
                summary.read(response, .responses)
            }
            return try endsAnswer()
        case "response.failed": throw .reported(Self.message(json["response"]?["error"] ?? .null))
        case "error": throw .reported(Self.message(json))
        default: return false
        }
    }

    private static func message(_ error: JSONValue) -> String {
        String((error["message"]?.stringValue ?? error.text()).prefix(300))
    }
}
