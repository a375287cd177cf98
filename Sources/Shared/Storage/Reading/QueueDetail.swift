/// One queue and its unfinished jobs.
package struct QueueDetail: Equatable, Sendable {
    package var name: String
    package var pending: Int
    package var running: Int
    package var delayed: Int
    package var blocked: Int
    package var suspended: Int
    /// Since when its oldest pending job has been pending; nil when it has none.
    package var oldestPendingAt: Timestamp?
}
