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
    /// The place in the journals to which they are taken over; nil where no place says so.
    package let cut: JournalCut?
    /// Where the source takes over another job's checkpoints itself, if it does: nearest first.
    ///
    /// They are looked at where none of the source's own journals says what it inherits.
    package let origins: [ForkPoint]

    /// A fork of a job after one of its steps, at a place in its journals, or after all.
    package init(
        source: JobReference,
        through: StepPosition? = nil,
        cut: JournalCut? = nil,
        origins: [ForkPoint] = []
    ) {
        self.source = source
        self.through = through
        self.cut = cut
        self.origins = origins
    }

    /// A fork of a job that is a fork itself, and so on.
    ///
    /// - Parameter line: Nearest first; nothing is taken over where it is empty.
    package init?(line: some Collection<ForkPoint>) {
        guard let first = line.first else { return nil }
        self.init(source: first.source, through: first.through, cut: first.cut, origins: Array(line.dropFirst()))
    }

    /// Where the source takes over another job's checkpoints itself.
    var origin: ForkPoint? { ForkPoint(line: origins) }
}

extension ForkPoint {
    /// What a fork takes over of one row of journals; nil for nothing.
    ///
    /// - Parameter sources: The job that it takes over, what that one takes over itself, and so on.
    package init?(_ sources: some Sequence<ForkSource>, part: JobReference.Part) {
        var points: [ForkPoint] = []
        for source in sources {
            guard let point = Self.point(source, part) else { break }
            points.append(point)
        }
        self.init(line: points)
    }

    private static func point(_ source: ForkSource, _ part: JobReference.Part) -> ForkPoint? {
        guard let job = source.job else { return nil }
        let reference = JobReference(run: source.run, job: job, part: part)
        switch source.reach {
        case .nothing: return nil
        case .all: return ForkPoint(source: reference)
        case .through(let position): return StepPosition(position).map { ForkPoint(source: reference, through: $0) }
        case .upTo(let attempts, let gateway):
            let cut = part == .attempts ? attempts : gateway
            return cut.map { ForkPoint(source: reference, cut: $0) }
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
