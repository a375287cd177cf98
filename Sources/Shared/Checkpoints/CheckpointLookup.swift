/// What the journals know about a step.
package enum CheckpointLookup: Hashable, Sendable {
    /// The step was recorded: do not run it.
    case found(Checkpoint)
    /// Nothing is recorded at this position.
    case missing
    /// A record at this position, its result, or a record that no longer tells its position does not read: look for
    /// the answer in the next turn's record (`JobCheckpoints.carried(by:)`) before the step is run again.
    case damaged
    /// Other steps were recorded at this position, newest first: from here on the job takes another way.
    case diverged([Fingerprint])

    /// The checkpoint, when there is one.
    package var checkpoint: Checkpoint? { if case .found(let checkpoint) = self { checkpoint } else { nil } }
}
