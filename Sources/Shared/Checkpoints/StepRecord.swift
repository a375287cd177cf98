package import JobModel

/// What one line of a journal says about a finished step.
package struct StepRecord: Hashable, Sendable {
    /// Its place in the job's program.
    package let position: StepPosition
    /// What says that it is this step.
    package let fingerprint: Fingerprint
    /// What sort of step it is.
    package let kind: StepKind
    /// The epoch of the attempt that ran the step.
    package let epoch: LeaseEpoch
    /// When it began, by the clock of the worker that ran it.
    package let startedAt: WallTime
    /// When it ended, by the clock of the worker that ran it.
    package let endedAt: WallTime
    /// What repeating the step does.
    package let effect: Effect
    /// What people are shown of the request, if anything.
    package let request: StoredValue?
    /// What later attempts get instead of running the step.
    package let result: StoredValue
    /// What the step used, such as tokens.
    package let usage: JSONValue?
    /// What the step cost; nil when it has no price.
    package let cost: MicroDollars?
    /// What the step's request repeats of earlier steps, if anything; see `FinishedStep.carries`.
    package let carries: StoredValue?

    /// The record of a step that the attempt under `epoch` ran, with its large values stored elsewhere.
    init(
        _ step: FinishedStep,
        epoch: LeaseEpoch,
        request: StoredValue?,
        result: StoredValue,
        carries: StoredValue?
    ) {
        position = step.position
        fingerprint = step.fingerprint
        kind = step.kind
        self.epoch = epoch
        startedAt = step.startedAt
        endedAt = step.endedAt
        effect = step.effect
        self.request = request
        self.result = result
        usage = step.usage
        cost = step.cost
        self.carries = carries
    }
}
