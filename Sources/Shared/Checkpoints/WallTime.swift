/// A time of day as the worker's own clock said it: shown to people, never compared or counted with.
package struct WallTime: Hashable, Sendable {
    /// Microseconds since 1970-01-01 00:00 UTC.
    package let microseconds: Int64

    /// A time so many microseconds after 1970-01-01 00:00 UTC.
    package init(microseconds: Int64) { self.microseconds = microseconds }
}
