/// Takes a `text/event-stream` apart as its bytes come in, however they are cut into pieces.
///
/// Follows the WHATWG rules, with two differences: bytes that are not UTF-8 are an error instead of being replaced, and
/// lines and events have a largest size. An event that the stream leaves without its blank line is none. Each byte is
/// looked at once.
package struct ServerSentEventParser: Sendable {
    /// The most bytes of one line, by default 8 MiB.
    package static let defaultMaximumLineBytes = 8 << 20
    /// The most bytes of one event's data, by default 16 MiB.
    package static let defaultMaximumEventBytes = 16 << 20

    private let maximumLineBytes: Int
    private let maximumEventBytes: Int

    private var line: [UInt8] = []
    private var isFirstLine = true
    /// The last byte was a carriage return: a line feed that follows belongs to the same line end.
    private var skipsLineFeed = false

    private var event = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var id = ""

    /// A parser at the beginning of a stream.
    package init(
        maximumLineBytes: Int = defaultMaximumLineBytes,
        maximumEventBytes: Int = defaultMaximumEventBytes
    ) {
        self.maximumLineBytes = maximumLineBytes
        self.maximumEventBytes = maximumEventBytes
    }

    /// Whether nothing of an event has come of which more is to come; a comment is no part of any.
    package var isBetweenEvents: Bool { line.isEmpty && !hasData && event.isEmpty }

    /// Reads on and returns the events that these bytes complete.
    ///
    /// After an error the stream is of no use any more.
    package mutating func consume(_ bytes: some Sequence<UInt8>) throws(ServerSentEventError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let continuesLineEnd = skipsLineFeed && byte == UInt8(ascii: "\n")
            skipsLineFeed = byte == UInt8(ascii: "\r")
            if continuesLineEnd { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = try endLine() { events.append(event) }
            } else {
                guard line.count < maximumLineBytes else { throw .lineTooLong(limit: maximumLineBytes) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(ServerSentEventError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: line.count <= 4096) }
        var content = line[...]
        if isFirstLine {
            isFirstLine = false
            if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        }
        if content.isEmpty { return try endEvent() }
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else {
            try setField(name: content, value: [])
            return nil
        }
        var value = content[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        // A line that begins with the colon is a comment.
        if colon > content.startIndex { try setField(name: content[..<colon], value: value) }
        return nil
    }

    private mutating func setField(
        name: ArraySlice<UInt8>,
        value: ArraySlice<UInt8>
    ) throws(ServerSentEventError) {
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < maximumEventBytes else { throw .eventTooLong(limit: maximumEventBytes) }
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            event = try text(value)
        } else if name.elementsEqual("id".utf8), !value.contains(0) {
            id = try text(value)
        }
    }

    private mutating func endEvent() throws(ServerSentEventError) -> ServerSentEvent? {
        defer {
            event = ""
            data = []
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(event: event.isEmpty ? "message" : event, data: try text(data[...]), id: id)
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ServerSentEventError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }
}
