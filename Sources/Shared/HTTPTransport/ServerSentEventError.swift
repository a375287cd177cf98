/// Why an event stream cannot be read on.
package enum ServerSentEventError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A line is longer than is read.
    case lineTooLong(limit: Int)
    /// The data of one event is longer than is read.
    case eventTooLong(limit: Int)
    /// A line is not UTF-8.
    case invalidUTF8

    package var description: String {
        switch self {
        case .lineTooLong(let limit): "a line of the event stream is longer than \(limit) bytes"
        case .eventTooLong(let limit): "an event of the stream has more than \(limit) bytes of data"
        case .invalidUTF8: "the event stream holds bytes that are not UTF-8"
        }
    }
}
