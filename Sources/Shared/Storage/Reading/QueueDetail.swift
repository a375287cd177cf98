/// One queue and its unfinished jobs.
package struct QueueDetail: Equatable, Sendable {
    package var name: String
    package var pending: Int
    package var running: Int
    package var delayed: Int
    package var blocked: Int
    package var suspended: Int
    /// Jobs that a limit, a rate or a pause keeps from being pending.
    package var held: Int
    /// Whether nothing is claimed from it.
    package var isPaused: Bool
    /// Since when its oldest pending job has been pending; nil when it has none.
    package var oldestPendingAt: Timestamp?
}
