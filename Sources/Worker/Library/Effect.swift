internal import JobModel

/// What doing a step or call again does to the world.
public enum Effect: Sendable {
    /// Nothing: it only reads. It is done again freely.
    case none
    /// Nothing more than the first time: it may be done again under the same idempotency key.
    case idempotent
    /// It happens a second time. Where nobody knows whether it happened, it is not done again before a person has said so.
    case once

    var model: JobModel.Effect {
        switch self {
        case .none: .none
        case .idempotent: .idempotent
        case .once: .once
        }
    }
}
