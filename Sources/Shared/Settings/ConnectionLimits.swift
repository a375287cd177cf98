/// How much may be asked of a connection, by all workers together; nil sets no limit.
package struct ConnectionLimits: Equatable, Sendable {
    /// The most requests that begin within any minute.
    package var requestsPerMinute: Int?
    /// The most tokens, read and written, of the requests that begin within any minute.
    package var tokensPerMinute: Int?
    /// The most requests that are under way.
    package var concurrent: Int?

    /// No limits.
    package init() {}

    /// Whether there is none.
    package var isEmpty: Bool { requestsPerMinute == nil && tokensPerMinute == nil && concurrent == nil }
}
