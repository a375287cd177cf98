/// How much of a job's past a fork takes over.
package enum ForkReach: Equatable, Sendable {
    case all
    /// Up to and with the step at this position.
    case through(String)
    case nothing
}
