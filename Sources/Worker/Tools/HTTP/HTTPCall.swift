package import JobModel
package import Workflow

/// One request as a workflow or a model asks for it.
package struct HTTPCall: Sendable {
    package enum Body: Sendable, Equatable {
        /// Sent as `application/json`.
        case json(JSONValue)
        /// Sent as `text/plain; charset=utf-8`.
        case text(String)
    }

    package var method: HTTPMethod
    /// An absolute address, or a path below the target's.
    package var url: String
    /// They go before those of the body; a connection's own replace them.
    package var headers: [(name: String, value: String)] = []
    package var body: Body?
    /// Sent as `Idempotency-Key`; nil, the default, sends none.
    package var idempotencyKey: String?

    /// What repeating it does; by default what it usually does for the method.
    package var effect: Effect

    package init(method: HTTPMethod, url: String) {
        self.method = method
        self.url = url
        effect = method.usualEffect
    }
}
