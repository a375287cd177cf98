package import JobModel

/// What a recorded step repeats of the steps before it.
///
/// It is proved right by the fingerprint: only when the request that is rebuilt from it, chained on the turn before,
/// has this fingerprint, was it this that the step was asked.
package struct CarriedValue: Hashable, Sendable {
    /// The fingerprint of the step that carries it.
    package let fingerprint: Fingerprint
    /// What is repeated, as the agent wrote it down.
    package let value: JSONValue
}
