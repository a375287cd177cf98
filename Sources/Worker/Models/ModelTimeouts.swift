/// How long a model call may take.
package struct ModelTimeouts: Equatable, Sendable {
    /// The longest time until the connection stands, by default 10 seconds.
    package var connect: Duration = .seconds(10)
    /// The longest silence before the first byte of the answer, by default 120 seconds.
    package var firstByte: Duration = .seconds(120)
    /// The longest silence between two bytes of the answer, by default 60 seconds.
    package var stall: Duration = .seconds(60)
    /// The longest time for the whole call; nil, the default, means no limit but the others.
    package var total: Duration?

    /// The defaults.
    package init() {}
}
