import HTTPTransport
import JobModel

/// What comes on one stream of events, taken apart into messages.
struct MCPEventStream {
    /// The number of the request whose answer the stream brings.
    let id: Int64
    /// The last event that had an id, from which a stream that broke off can be taken up again.
    private(set) var lastEvent: String?
    private let maximumBytes: Int
    private var parser: ServerSentEventParser

    init(maximumBytes: Int, id: Int64) {
        self.id = id
        self.maximumBytes = maximumBytes
        parser = ServerSentEventParser(maximumLineBytes: maximumBytes, maximumEventBytes: maximumBytes)
    }

    /// Begins anew behind the last event.
    mutating func resume() {
        parser = ServerSentEventParser(maximumLineBytes: maximumBytes, maximumEventBytes: maximumBytes)
    }

    /// Reads on; an event that holds no message is passed over.
    mutating func received(_ bytes: [UInt8]) throws(ServerSentEventError) -> [MCPMessage] {
        var messages: [MCPMessage] = []
        for event in try parser.consume(bytes) {
            if !event.id.isEmpty { lastEvent = event.id }
            guard event.event == "message", let value = try? JSONValue(parsing: event.data) else { continue }
            messages += MCPMessage.all(in: value) ?? []
        }
        return messages
    }
}
