/// Where a run stands in its life.
package enum RunState: String, CaseIterable, Sendable {
    /// Submitted; none of its jobs has been claimed yet.
    case queued
    case running
    case succeeded
    case failed
    case cancelled

    /// Whether the run has ended for good.
    package var isFinal: Bool {
        switch self {
        case .queued, .running: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}
