/// What becomes of a step with the effect once whose outcome nobody knows.
package enum UnknownPolicy: String, CaseIterable, Sendable {
    /// The job is suspended until a person says what happened.
    case ask
    /// It is run again: it may then have happened twice.
    case retry
    /// The job fails.
    case fail
}
