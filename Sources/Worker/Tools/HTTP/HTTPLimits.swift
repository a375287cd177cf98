/// What one request may take.
package struct HTTPLimits: Sendable, Equatable {
    /// How long a request may take until its body is read, by default 30 seconds; each redirect is a request.
    package var time: Duration = .seconds(30)

    /// How much of a body is read, in bytes, by default 1 MiB; the rest is left, and the answer says so.
    package var bytes = 1 << 20

    package init() {}
}
