package import JobModel

/// One worker session.
package struct WorkerDetail: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case live
        /// It claims nothing more and gives its jobs back.
        case draining
        case ended
    }

    package var session: SessionID
    package var name: String
    package var host: String
    package var pid: Int
    package var version: String
    package var queues: [String]
    /// What it has, as pairs such as `gpu=a100`.
    package var labels: [String]
    package var slots: Int
    /// How many jobs it holds.
    package var running: Int
    package var state: State
    package var startedAt: Timestamp
    package var renewedAt: Timestamp
    package var endedAt: Timestamp?
    /// `finished`, `process gone` or `lease expired`; nil while it has not ended.
    package var endReason: String?
}
