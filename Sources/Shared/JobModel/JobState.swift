/// Where a job stands in its life, and the only table of legal moves.
package enum JobState: String, CaseIterable, Sendable {
    /// Waits for jobs it needs.
    case blocked
    /// Waits for the time of its next attempt.
    case delayed
    /// May be claimed.
    case pending
    /// Leased by a worker.
    case running
    /// Parked without a lease until what it waits for has changed: an approval, an event, a time, a budget.
    case suspended
    case succeeded
    case failed
    /// Its condition was false, or a job it needs did not succeed.
    case skipped
    case cancelled

    /// The states that may follow this one.
    package var successors: Set<JobState> {
        switch self {
        case .blocked: [.pending, .delayed, .skipped, .cancelled]
        case .delayed: [.pending, .cancelled]
        case .pending: [.running, .cancelled]
        case .running: [.pending, .delayed, .suspended, .succeeded, .failed, .skipped, .cancelled]
        case .suspended: [.pending, .failed, .cancelled]
        case .succeeded, .failed, .skipped, .cancelled: []
        }
    }

    /// Whether the job has ended for good.
    package var isFinal: Bool { successors.isEmpty }
}
