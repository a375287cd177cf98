package import JobModel

/// What the steps of a run add up to, over all attempts.
package struct RunTotals: Equatable, Sendable {
    /// Model calls whose answer was recorded.
    package var paidCalls: Int
    /// Steps that attempts took from checkpoints.
    package var replayedSteps: Int
    /// Calls whose outcome nobody knows.
    package var unknownCalls: Int
    /// What was paid, as far as it is known.
    package var paid: MicroDollars
    /// What the replayed steps had cost.
    package var saved: MicroDollars
    /// Whether the cost of every recorded model call is known.
    package var isPriced: Bool
}
