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
            told = Self.usage(in: response) ?? told
        }
        return told
    }

    /// What a response took that is told as a whole, and changes no more.
    static func usage(in document: [UInt8]) -> TokenUsage? {
        (try? JSONValue(parsing: document)).flatMap(usage)
    }

    private static func usage(in response: JSONValue) -> TokenUsage? {
        var summary = AnswerSummary()
        summary.read(response, .responseRead)
        return summary.told
    }
}
