/// A part of a run's log.
package struct LogPage: Equatable, Sendable {
    /// In the order of their numbers.
    package var lines: [LogLine]
    /// Every line up to this number is written, so the next page begins behind it; lines of this page may come again.
    package var next: Int64
    /// Whether the run has ended and nothing follows.
    package var isFinal: Bool
}
