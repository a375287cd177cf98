internal import JobModel

/// What becomes of a step with ``Effect/once`` that was begun, and of which nobody knows whether it happened.
public enum UnknownOutcome: Sendable {
    /// The job waits until a person says what happened (`chassis resolve`).
    case ask
    /// It is done again: it may then have happened twice.
    case retry
    /// The job fails.
    case fail

    var model: UnknownPolicy {
        switch self {
        case .ask: .ask
        case .retry: .retry
        case .fail: .fail
        }
    }
}
