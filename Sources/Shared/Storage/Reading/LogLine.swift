/// A line that a job said, as it is kept.
package struct LogLine: Equatable, Sendable {
    /// Grows with the time of writing within a run.
    package var number: Int64
    package var job: String
    /// Nil when its attempt is not known any more.
    package var attempt: Int?
    package var at: Timestamp
    package var stream: LogStore.Stream
    package var text: String
}
