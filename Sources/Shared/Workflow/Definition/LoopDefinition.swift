/// How a job is done again, round by round, until its output is good.
package struct LoopDefinition: Equatable, Sendable {
    /// What becomes of a job whose last round was not good either.
    package enum Otherwise: String, CaseIterable, Sendable {
        /// The job fails.
        case fail
        /// The job succeeds with the last round's output.
        case accept
    }

    /// The most rounds there may be.
    package static let maximumRounds = 1_000

    /// Ends the loop where it is true; it may read the round's own `output`.
    package let until: Expression
    /// The most rounds, 1 to `maximumRounds`.
    package let atMost: Int
    package let otherwise: Otherwise
}
