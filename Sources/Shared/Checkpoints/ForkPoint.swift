package import JobModel

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

extension ForkPoint {
    /// What a fork takes over of a job of another run; nil for nothing.
    ///
    /// - Parameter job: Nil where that run has no such job.
    package init?(run: RunID, job: JobID?, reach: ForkReach) {
        guard let job else { return nil }
        let source = JobReference(run: run, job: job)
        switch reach {
        case .nothing: return nil
        case .all: self.init(source: source, through: nil)
        case .through(let position):
            guard let step = StepPosition(position) else { return nil }
            self.init(source: source, through: step)
        }
    }

    /// The last step that a fork takes over which leaves its source's way at `step`; nil when that is none.
    ///
    /// Where the order of two positions says nothing, that of recording decides.
    package static func lastStep(before step: StepPosition, in history: CheckpointSet) -> StepPosition? {
        let earlier = history.steps.lazy.map(\.position).filter { $0.isComparable(with: step) && $0 < step }.max()
        if step.turn != nil { return earlier }
        guard let place = history.steps.firstIndex(where: { $0.position == step }), place > 0 else { return earlier }
        return history.steps[place - 1].position
    }
}
