/// Whether a batch was sent whose answer was lost.
package enum BatchFinding: Equatable, Sendable {
    /// It was; the provider calls it so.
    case sent(String)
    /// The provider has no such batch.
    case absent
    /// It will be known later, and why.
    case undecided(String)
    /// It cannot be known, and why.
    case unknowable(String)
}
