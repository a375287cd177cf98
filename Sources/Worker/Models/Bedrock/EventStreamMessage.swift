/// A message of AWS' event streams (`application/vnd.amazon.eventstream`).
struct EventStreamMessage: Equatable {
    /// The headers that are texts, by name.
    let headers: [String: String]
    let payload: [UInt8]
}
