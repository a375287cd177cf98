/// A message of AWS' event streams (`application/vnd.amazon.eventstream`).
package struct EventStreamMessage: Equatable {
    /// The headers that are texts, by name.
    package let headers: [String: String]
    package let payload: [UInt8]
}
