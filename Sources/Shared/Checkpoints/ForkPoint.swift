/// Where a job takes over the checkpoints of another job, of another run.
package struct ForkPoint: Hashable, Sendable {
    /// The job whose checkpoints are taken over.
    package let source: JobReference
    /// The last step that is taken over; nil for all of them.
    ///
    /// A step is taken over when it does not stand behind this one: by position where both are steps of turns, or of
    /// one name; by the order of recording otherwise.
    package let through: StepPosition?

    /// A fork of a job after one of its steps, or after all.
    package init(source: JobReference, through: StepPosition?) {
        self.source = source
        self.through = through
    }
}
