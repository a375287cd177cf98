import HTTPTransport
import JobModel
package import Models

/// Reads in the stream of a response that the provider keeps what that took, which one of its last events tells.
package struct FollowedResponse: Sendable {
    private var parser: ServerSentEventParser? = ServerSentEventParser()

    package init() {}

    /// Reads on; what is no stream of events tells nothing.
    ///
    /// - Returns: What the response took, once these bytes say that it changes no more.
    package mutating func consume(_ bytes: [UInt8]) -> TokenUsage? {
        guard let events = try? parser?.consume(bytes) else {
            parser = nil
            return nil
        }
        var told: TokenUsage?
        for event in events where event.data.contains("\"usage\"") {
            // Other events tell nothing, whatever they hold.
            guard let response = (try? JSONValue(parsing: Array(event.data.utf8)))?["response"] else { continue }
            var summary = AnswerSummary()
            summary.read(response, .responseRead)
            told = summary.told ?? told
        }
        return told
    }
}
