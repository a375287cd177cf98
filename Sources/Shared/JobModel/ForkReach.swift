/// How much of a job's past a fork takes over.
package enum ForkReach: Equatable, Sendable {
    case all
    /// Up to and with the step at this position.
    case through(String)
    /// What each of a job's journals held at one moment: those of its attempts, and those of its programs through the gateway.
    ///
    /// Nil where that is nothing.
    case upTo(attempts: JournalCut?, gateway: JournalCut?)
    case nothing
}
