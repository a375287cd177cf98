import JobModel

/// The requests that a server has been sent and not answered: told what the server writes, it says whose answer it is.
struct MCPExchange: Equatable, Sendable {
    /// What to do about something that came in.
    enum Action: Equatable, Sendable {
        case answer(id: Int64, JSONValue)
        case fail(id: Int64, MCPError)
        /// Send the bytes back: the server asked for something.
        case reply([UInt8])
        case tell(method: String, params: JSONValue)
        /// Tell people what the server does wrong.
        case note(String)
        /// End the server: it speaks no protocol.
        case giveUp(String)
    }

    /// How much may come that is no message before the server is given up.
    static let maximumGarbageLines = 1_000
    static let maximumGarbageBytes = 1 << 20
    /// How much of it people are told.
    static let notedLines = 5

    private(set) var pending: Set<Int64> = []
    private var lastID: Int64 = 0
    private var garbageLines = 0
    private var garbageBytes = 0
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Takes in a request; its number.
    mutating func begin() -> Int64 {
        lastID += 1
        pending.insert(lastID)
        return lastID
    }

    /// A request was given up; false when it had been answered.
    mutating func gaveUp(_ id: Int64) -> Bool { pending.remove(id) != nil }

    /// The server is gone: the requests that nobody will answer.
    mutating func ended() -> [Int64] {
        defer { pending = [] }
        return pending.sorted()
    }

    mutating func received(_ line: MCPLineReader.Line) -> [Action] {
        switch line {
        case .tooLong(let beginning): tooLong(beginning)
        case .whole(let bytes): whole(bytes)
        }
    }

    private mutating func whole(_ bytes: [UInt8]) -> [Action] {
        guard bytes.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return [] }
        // What does not read as JSON is no message.
        guard let value = try? JSONValue(parsing: bytes), let messages = MCPMessage.all(in: value) else {
            return garbage(bytes)
        }
        return messages.flatMap { action(for: $0) }
    }

    private mutating func action(for message: MCPMessage) -> [Action] {
        switch message {
        case .result(let id, let result):
            guard pending.remove(id) != nil else { return unexpected(id) }
            return [.answer(id: id, result)]
        case .fault(let id?, let fault):
            guard pending.remove(id) != nil else { return unexpected(id) }
            return [.fail(id: id, .refused(fault))]
        case .fault(nil, let fault):
            // With one request under way it is about that one, or about a notification of ours: whether the request is
            // carried out, it does not say.
            guard pending.count == 1, let id = pending.popFirst() else {
                return [.note("the server could not read a message: \(fault)")]
            }
            return [.fail(id: id, .lost("the server says, and not of which request: \(fault)"))]
        case .request(let id, let method): return [.reply(MCPMessage.answer(to: id, method: method))]
        case .notification(let method, let params): return [.tell(method: method, params: params)]
        case .stray: return stray("its id is no number")
        }
    }

    private mutating func tooLong(_ beginning: [UInt8]) -> [Action] {
        guard let id = Self.identifier(in: beginning), (1...max(1, lastID)).contains(id) else {
            // Whose answer it was, if it was one, nobody can say: each of them might wait in vain, and none was answered.
            let reason = "the server sent a message of more than \(maximumBytes) bytes that names no request"
            return ended().map { .fail(id: $0, .lost(reason)) } + [.note(reason)]
        }
        // A late answer to a request that was given up is no fault.
        guard pending.remove(id) != nil else { return [] }
        return [.fail(id: id, .tooLarge(limit: maximumBytes))]
    }

    private mutating func unexpected(_ id: Int64) -> [Action] {
        // A late answer to a request that was given up is no fault.
        (1...max(1, lastID)).contains(id) ? [] : stray("nothing was asked under \(id)")
    }

    private mutating func stray(_ reason: String) -> [Action] {
        garbage(Array("an answer that nobody waits for: \(reason)".utf8))
    }

    private mutating func garbage(_ bytes: [UInt8]) -> [Action] {
        garbageLines += 1
        garbageBytes += bytes.count
        if garbageLines > Self.maximumGarbageLines || garbageBytes > Self.maximumGarbageBytes {
            return [.giveUp("the server prints what is no message: \(garbageLines) lines, \(garbageBytes) bytes")]
        }
        guard garbageLines <= Self.notedLines else { return [] }
        return [.note("no message: \(String(decoding: bytes.prefix(200), as: UTF8.self))")]
    }

    /// The number of the answer that begins like this, where it is written before the result; nil for what may be
    /// something else: a request or notification of the server's, or a batch.
    private static func identifier(in beginning: [UInt8]) -> Int64? {
        let text = String(decoding: beginning, as: UTF8.self)
        // What stands in a result or in params may look like anything.
        let values = ["\"result\"", "\"error\""].compactMap { text.firstRange(of: $0)?.lowerBound }
        let head = text[..<(values.min() ?? text.endIndex)]
        guard head.first(where: { !$0.isWhitespace }) == "{", !head.contains("\"method\""),
            !head.contains("\"params\""), let key = head.firstRange(of: "\"id\"")
        else { return nil }
        let rest = head[key.upperBound...].drop { $0.isWhitespace || $0 == ":" }
        let digits = rest.prefix { $0.isNumber }
        // At the end of what was kept, the number may be cut.
        return digits.endIndex < rest.endIndex ? Int64(digits) : nil
    }
}
