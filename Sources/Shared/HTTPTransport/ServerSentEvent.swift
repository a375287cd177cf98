/// One event of a `text/event-stream`.
package struct ServerSentEvent: Equatable, Sendable {
    /// The event's type; `message` when the stream names none.
    package var event: String
    /// The lines of data, joined by line feeds.
    package var data: String
    /// The last id the stream has named, or empty.
    package var id: String

    /// An event made of its parts.
    package init(event: String = "message", data: String, id: String = "") {
        self.event = event
        self.data = data
        self.id = id
    }
}
