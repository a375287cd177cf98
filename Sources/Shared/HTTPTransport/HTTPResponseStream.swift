/// A response whose body is still coming in.
///
/// When the last copy of it and of its body is dropped before the end, the transfer is given up: a few more bytes and a
/// quarter of a second are granted so that a connection at the end of its body can be used again.
package struct HTTPResponseStream: Sendable {
    /// The status code, such as 200.
    package let status: Int
    /// The header fields; their names are compared without regard to case.
    package let headers: HTTPHeaders
    /// The body, piece by piece; to be read once.
    package let body: HTTPBody

    /// Ends the transfer at once and closes its connection; a reader gets a `CancellationError`.
    package func cancel() { body.handle.transfer.cancel() }
}
