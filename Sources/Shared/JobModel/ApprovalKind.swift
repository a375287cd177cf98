/// What sort of decision a person is asked for.
package enum ApprovalKind: String, CaseIterable, Sendable {
    /// Whether a tool call may be made.
    case call
    /// An answer to a question of the model's.
    case question
    /// Whether an agent's output is good.
    case output
    /// Whether a run goes on, perhaps with a form to fill in.
    case gate
    /// What became of a step whose outcome is unknown.
    case effect

    /// What may be said about it.
    package var verdicts: [ApprovalVerdict] {
        switch self {
        case .call, .question, .gate: [.approved, .denied]
        case .output: [.approved, .denied, .changes]
        case .effect: [.happened, .notHappened, .failed]
        }
    }
}

/// What a person says about an approval.
package enum ApprovalVerdict: String, CaseIterable, Sendable {
    case approved, denied
    /// An output is sent back with what should be changed.
    case changes
    case happened
    case notHappened = "not_happened"
    /// The job is to fail.
    case failed
}

/// Where an approval stands.
package enum ApprovalState: String, CaseIterable, Sendable {
    case open, approved, denied, changes, expired, happened
    case notHappened = "not_happened"
    case failed
    /// Its job has ended, so that nothing is left to decide.
    case withdrawn
}

/// What becomes of an approval that nobody decides in time; it is never approved.
package enum ApprovalOtherwise: String, CaseIterable, Sendable {
    /// As if it were denied.
    case deny
    /// The job fails.
    case fail
}
